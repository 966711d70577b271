package herald.tools;

import herald.link.LinkDescriptor;
import herald.wire.AckEncoder;
import herald.wire.EventDecoder;
import herald.wire.HelloDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.WelcomeEncoder;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;

/**
 * Welcomes one recorder and acknowledges whatever it sends: the proxy's side of the link without a journal.
 */
final class FakeProxy implements Agent, AutoCloseable {
    private static final long RUN_ID = 1;

    private final MediaDriver driver;
    private final Aeron aeron;
    private final Subscription subscription;
    private final AgentRunner runner;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final EventDecoder event = new EventDecoder();
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[256]);
    private Publication replies;
    private long idHigh;
    private long idLow;
    private long attempt;
    private long sequence;
    private long acknowledged;
    private boolean welcomed;

    FakeProxy(final Path aeronDir) {
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
            .aeronDirectoryName(aeronDir.toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .ipcTermBufferLength(64 * 1024));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        subscription = aeron.addSubscription(LinkDescriptor.IPC_CHANNEL, LinkDescriptor.EVENT_STREAM_ID);
        runner = new AgentRunner(new BackoffIdleStrategy(), error -> { }, null, this);
        AgentRunner.startOnThread(runner);
    }

    @Override
    public int doWork() {
        return subscription.poll(this::onFragment, 100) + answer();
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header unused) {
        header.wrap(buffer, offset);
        if (header.templateId() == HelloDecoder.TEMPLATE_ID) {
            hello.wrapAndApplyHeader(buffer, offset, header);
            idHigh = hello.recorderIdHigh();
            idLow = hello.recorderIdLow();
            attempt = hello.attempt();
            sequence = Math.max(sequence, hello.firstSequence() - 1);
            welcomed = false;
            if (replies == null) {
                replies = aeron.addPublication(LinkDescriptor.IPC_CHANNEL, hello.replyStreamId());
            }
        } else {
            sequence = event.wrapAndApplyHeader(buffer, offset, header).sequence();
        }
    }

    private int answer() {
        if (replies == null) {
            return 0;
        }
        if (!welcomed) {
            final WelcomeEncoder welcome = new WelcomeEncoder()
                .wrapAndApplyHeader(reply, 0, new MessageHeaderEncoder())
                .recorderIdHigh(idHigh).recorderIdLow(idLow).attempt(attempt).runId(RUN_ID)
                .acceptedSequence(sequence).durableSequence(sequence);
            welcomed = replies.offer(reply, 0, MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength()) > 0;
            return welcomed ? 1 : 0;
        }
        if (acknowledged == sequence) {
            return 0;
        }
        final AckEncoder ack = new AckEncoder()
            .wrapAndApplyHeader(reply, 0, new MessageHeaderEncoder())
            .recorderIdHigh(idHigh).recorderIdLow(idLow).runId(RUN_ID).durableSequence(sequence)
            .journalPosition(AckEncoder.journalPositionNullValue());
        final long newest = sequence;
        if (replies.offer(reply, 0, MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength()) > 0) {
            acknowledged = newest;
        }
        return 1;
    }

    @Override
    public String roleName() {
        return "fake-proxy";
    }

    @Override
    public void close() {
        CloseHelper.closeAll(runner, aeron, driver);
    }
}
