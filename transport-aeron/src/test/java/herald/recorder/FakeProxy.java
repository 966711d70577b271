package herald.recorder;

import herald.link.LinkDescriptor;
import herald.wire.AckEncoder;
import herald.wire.EventDecoder;
import herald.wire.HelloDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectEncoder;
import herald.wire.RejectReason;
import herald.wire.WelcomeEncoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import io.aeron.status.HeartbeatTimestamp;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The proxy's end of the link without a proxy: writes down what a recorder sends and answers whatever the test says.
 */
final class FakeProxy implements AutoCloseable {
    /** Attempt and first sequence of each Hello. */
    final List<String> hellos = new ArrayList<>();
    final List<Long> sequences = new ArrayList<>();
    long attempt;
    private final Aeron aeron;
    private final Subscription subscription;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private UUID recorderId;
    private int replyStreamId;
    private ExclusivePublication replies;

    FakeProxy(final String aeronDirectoryName) {
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(aeronDirectoryName)
            .useConductorAgentInvoker(true)
            .errorHandler(error -> { }));
        subscription = aeron.addSubscription(LinkDescriptor.IPC_CHANNEL, LinkDescriptor.EVENT_STREAM_ID);
    }

    void step() {
        aeron.conductorAgentInvoker().invoke();
        subscription.poll(assembler, 64);
    }

    /** Of the only recorder's stream of events, in bytes. */
    int termLength() {
        return subscription.imageAtIndex(0).termBufferLength();
    }

    /** When the client of anybody else last told the driver that it lives; -1 where none has. */
    long othersKeptAliveMs() {
        final AtomicLong newest = new AtomicLong(-1);
        final CountersReader counters = aeron.countersReader();
        counters.forEach((id, typeId, key, label) -> {
            if (typeId == HeartbeatTimestamp.HEARTBEAT_TYPE_ID &&
                key.getLong(HeartbeatTimestamp.REGISTRATION_ID_OFFSET) != aeron.clientId()) {
                newest.accumulateAndGet(counters.getCounterValue(id), Math::max);
            }
        });
        return newest.get();
    }

    private void onMessage(final DirectBuffer message, final int offset, final int length, final Header fragment) {
        header.wrap(message, offset);
        if (header.templateId() == EventDecoder.TEMPLATE_ID) {
            sequences.add(event.wrapAndApplyHeader(message, offset, header).sequence());
        } else {
            hello.wrapAndApplyHeader(message, offset, header);
            attempt = hello.attempt();
            hellos.add(attempt + " from " + hello.firstSequence());
            recorderId = new UUID(hello.recorderIdHigh(), hello.recorderIdLow());
            replyStreamId = hello.replyStreamId();
        }
    }

    void welcome(final long runId, final long accepted, final long durable) {
        final WelcomeEncoder welcome = new WelcomeEncoder();
        welcome.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorderId.getMostSignificantBits())
            .recorderIdLow(recorderId.getLeastSignificantBits())
            .attempt(attempt)
            .runId(runId)
            .acceptedSequence(accepted)
            .durableSequence(durable);
        send(MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength());
    }

    void ack(final long runId, final long durable) {
        final AckEncoder ack = new AckEncoder();
        ack.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorderId.getMostSignificantBits())
            .recorderIdLow(recorderId.getLeastSignificantBits())
            .runId(runId)
            .durableSequence(durable)
            .journalPosition(AckEncoder.journalPositionNullValue());
        send(MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength());
    }

    void reject(final RejectReason reason) {
        final RejectEncoder reject = new RejectEncoder();
        reject.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorderId.getMostSignificantBits())
            .recorderIdLow(recorderId.getLeastSignificantBits())
            .runId(1)
            .attempt(attempt)
            .reason(reason);
        send(MessageHeaderEncoder.ENCODED_LENGTH + reject.encodedLength());
    }

    private void send(final int length) {
        if (replies == null || replies.streamId() != replyStreamId) {
            replies = aeron.addExclusivePublication("aeron:ipc?term-length=64k", replyStreamId);
        }
        final BooleanSupplier sent = () -> {
            aeron.conductorAgentInvoker().invoke();
            return replies.offer(buffer, 0, length) > 0;
        };
        LinkFixture.await(sent);
    }

    /** What is left of a proxy whose client died: the next one listens already, but does not know the recorder. */
    void endReplies() {
        replies.close();
        replies = null;
    }

    @Override
    public void close() {
        aeron.close();
    }
}
