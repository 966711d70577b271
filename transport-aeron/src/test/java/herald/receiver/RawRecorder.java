package herald.receiver;

import herald.link.LinkDescriptor;
import herald.wire.AckDecoder;
import herald.wire.EventEncoder;
import herald.wire.HelloEncoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectDecoder;
import herald.wire.SeverityLevel;
import herald.wire.WelcomeDecoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Speaks to a receiver byte by byte, as a recorder does or as it never would.
 */
final class RawRecorder implements AutoCloseable {
    private static final AtomicInteger NEXT_REPLY_STREAM = new AtomicInteger(10_000);

    final UUID id;
    final List<String> replies = new ArrayList<>();
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128 * 1024]);
    private final int replyStreamId = NEXT_REPLY_STREAM.incrementAndGet();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final Aeron aeron;
    private final ExclusivePublication publication;
    private final Subscription subscription;

    RawRecorder(final String aeronDirectoryName, final UUID id) {
        this.id = id;
        this.aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(aeronDirectoryName)
            .useConductorAgentInvoker(true)
            .errorHandler(error -> {
                throw new AssertionError(error);
            }));
        this.publication =
            aeron.addExclusivePublication("aeron:ipc?term-length=1m", LinkDescriptor.EVENT_STREAM_ID);
        this.subscription = aeron.addSubscription(LinkDescriptor.IPC_CHANNEL, replyStreamId);
    }

    void step() {
        aeron.conductorAgentInvoker().invoke();
        subscription.poll((reply, offset, length, fragment) -> replies.add(describe(reply, offset)), 16);
    }

    private static String describe(final DirectBuffer reply, final int offset) {
        final MessageHeaderDecoder head = new MessageHeaderDecoder().wrap(reply, offset);
        return switch (head.templateId()) {
            case WelcomeDecoder.TEMPLATE_ID -> {
                final WelcomeDecoder welcome = new WelcomeDecoder().wrapAndApplyHeader(reply, offset, head);
                yield "welcome " + welcome.attempt() + " accepted " + welcome.acceptedSequence() + " durable " +
                    welcome.durableSequence();
            }
            case AckDecoder.TEMPLATE_ID ->
                "ack " + new AckDecoder().wrapAndApplyHeader(reply, offset, head).durableSequence();
            case RejectDecoder.TEMPLATE_ID ->
                "reject " + new RejectDecoder().wrapAndApplyHeader(reply, offset, head).reason();
            default -> "unknown";
        };
    }

    boolean isConnected() {
        return publication.isConnected();
    }

    void hello(final long attempt, final long firstSequence) {
        hello(attempt, firstSequence, LinkDescriptor.PROTOCOL_VERSION);
    }

    void hello(final long attempt, final long firstSequence, final int protocolVersion) {
        final HelloEncoder hello = new HelloEncoder().wrapAndApplyHeader(buffer, 0, header)
            .recorderIdHigh(id.getMostSignificantBits())
            .recorderIdLow(id.getLeastSignificantBits())
            .attempt(attempt)
            .firstSequence(firstSequence)
            .replyStreamId(replyStreamId)
            .protocolVersion(protocolVersion)
            .component("raw");
        offer(MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength());
    }

    void event(final long sequence) {
        offer(encode(id, sequence, "message".getBytes(StandardCharsets.UTF_8)));
    }

    /** Encodes into {@link #buffer}. */
    int encode(final UUID recorder, final long sequence, final byte[] message) {
        final EventEncoder event = new EventEncoder().wrapAndApplyHeader(buffer, 0, header)
            .recorderIdHigh(recorder.getMostSignificantBits())
            .recorderIdLow(recorder.getLeastSignificantBits())
            .sequence(sequence)
            .recordTimeNs(1)
            .severity(SeverityLevel.INFO);
        event.flags().clear();
        event.attributesCount(0);
        event.component("raw").node("").metaTenant("").metaNamespace("").typeName("t.T").category("c").refTenant("")
            .refNamespace("").refKind("").refName("").refUri("").putMessage(message, 0, message.length);
        return MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
    }

    void offer(final int length) {
        assertThat(publication.offer(buffer, 0, length)).isPositive();
    }

    @Override
    public void close() {
        aeron.close();
    }
}
