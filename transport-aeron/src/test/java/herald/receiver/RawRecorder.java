package herald.receiver;

import herald.link.LinkDescriptor;
import herald.wire.AckDecoder;
import herald.wire.HelloEncoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectDecoder;
import herald.wire.WelcomeDecoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The recorder's end of the link without a recorder: sends whatever the test says and writes down the replies.
 */
final class RawRecorder implements AutoCloseable {
    final UUID id;
    final List<String> replies = new ArrayList<>();
    private final ReceiverFixture fixture;
    private final Aeron client;
    private final int replyStreamId;
    private final ExclusivePublication publication;
    private final Subscription subscription;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();

    RawRecorder(final ReceiverFixture fixture, final Aeron client, final UUID id, final int replyStreamId) {
        this.fixture = fixture;
        this.client = client;
        this.id = id;
        this.replyStreamId = replyStreamId;
        this.publication = client.addExclusivePublication(
            "aeron:ipc?term-length=256k", LinkDescriptor.EVENT_STREAM_ID);
        this.subscription = client.addSubscription(LinkDescriptor.IPC_CHANNEL, replyStreamId);
        fixture.stepUntil(publication::isConnected);
    }

    /** Says Hello and waits for the Welcome. */
    RawRecorder open(final long attempt, final long firstSequence) {
        hello(attempt, firstSequence);
        awaitReply("welcome " + attempt);
        return this;
    }

    void hello(final long attempt, final long firstSequence) {
        hello(attempt, firstSequence, LinkDescriptor.PROTOCOL_VERSION);
    }

    void hello(final long attempt, final long firstSequence, final int protocolVersion) {
        sendHello(attempt, firstSequence, protocolVersion, 0);
    }

    /** A Hello with bytes behind its last field, or without its last ones. */
    void sendHello(final long attempt, final long firstSequence, final int protocolVersion, final int left) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final HelloEncoder hello = new HelloEncoder();
        hello.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(id.getMostSignificantBits())
            .recorderIdLow(id.getLeastSignificantBits())
            .attempt(attempt)
            .firstSequence(firstSequence)
            .replyStreamId(replyStreamId)
            .protocolVersion(protocolVersion)
            .component("cmd");
        send(buffer, MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength() + left);
    }

    void events(final long from, final long to) {
        for (long sequence = from; sequence <= to; sequence++) {
            event(sequence, "e" + sequence);
        }
    }

    void event(final long sequence, final String message) {
        send(WireEvents.event(id, sequence, message));
    }

    void send(final DirectBuffer buffer) {
        send(buffer, buffer.capacity());
    }

    private void send(final DirectBuffer buffer, final int length) {
        fixture.stepUntil(() -> publication.offer(buffer, 0, length) > 0);
    }

    void awaitReply(final String start) {
        fixture.stepUntil(() -> poll().stream().anyMatch(reply -> reply.startsWith(start)));
    }

    List<String> poll() {
        subscription.poll(this::onReply, 10);
        return replies;
    }

    private void onReply(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        header.wrap(buffer, offset);
        replies.add(switch (header.templateId()) {
            case WelcomeDecoder.TEMPLATE_ID -> {
                final WelcomeDecoder welcome = new WelcomeDecoder().wrapAndApplyHeader(buffer, offset, header);
                yield "welcome " + welcome.attempt() + " run " + welcome.runId() +
                    " accepted " + welcome.acceptedSequence() + " durable " + welcome.durableSequence();
            }
            case AckDecoder.TEMPLATE_ID -> {
                final AckDecoder ack = new AckDecoder().wrapAndApplyHeader(buffer, offset, header);
                yield "ack " + ack.durableSequence();
            }
            case RejectDecoder.TEMPLATE_ID -> {
                final RejectDecoder reject = new RejectDecoder().wrapAndApplyHeader(buffer, offset, header);
                yield "reject " + reject.reason() + " attempt " + reject.attempt();
            }
            default -> "template " + header.templateId();
        });
    }

    /** Goes away and leaves its client to others. */
    void leave() {
        publication.close();
        subscription.close();
    }

    /** Goes away as a process does that ends in order. */
    @Override
    public void close() {
        client.close();
    }
}
