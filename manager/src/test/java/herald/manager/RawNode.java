package herald.manager;

import herald.link.LinkDescriptor;
import herald.venice.MessageHeaderDecoder;
import herald.venice.MessageHeaderEncoder;
import herald.venice.NodeAckDecoder;
import herald.venice.NodeEventsEncoder;
import herald.venice.NodeHelloEncoder;
import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

import static org.awaitility.Awaitility.await;

/**
 * A node that sends what a test gives it, each batch a message, without a seal.
 */
final class RawNode implements AutoCloseable {
    private final Aeron aeron;
    private final Subscription replies;
    private final ExclusivePublication publication;
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(1024 * 1024));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final int sessionId;
    private long sequence;
    private long acknowledged;
    private long deadLetters;

    /** Over IPC. */
    RawNode(final String aeronDir) {
        this(aeronDir, LinkDescriptor.IPC_CHANNEL, LinkDescriptor.IPC_CHANNEL, 77);
    }

    /**
     * Over any channel.
     *
     * @param aeronDir     of the driver that carries it.
     * @param channel      to the manager.
     * @param replyChannel that the manager is to answer on.
     * @param sessionId    of the session, and its stream of replies.
     */
    RawNode(final String aeronDir, final String channel, final String replyChannel, final int sessionId) {
        this.sessionId = sessionId;
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDir));
        replies = aeron.addSubscription(LinkDescriptor.IPC_CHANNEL, sessionId);
        publication = aeron.addExclusivePublication(channel, VeniceDescriptor.STREAM_ID);
        hello(sessionId, replyChannel);
    }

    void hello(final int session, final String replyChannel) {
        final NodeHelloEncoder hello = new NodeHelloEncoder().wrapAndApplyHeader(message, 0, header)
            .sessionId(session).protocolVersion(VeniceDescriptor.PROTOCOL_VERSION).replyStreamId(session)
            .logIdHigh(1).logIdLow(session).position(0).node("raw").replyChannel(replyChannel);
        offer(MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength());
    }

    private void offer(final int length) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> publication.offer(message, 0, length) > 0);
    }

    void send(final DirectBuffer batch) {
        sequence++;
        final NodeEventsEncoder events = new NodeEventsEncoder().wrapAndApplyHeader(message, 0, header)
            .sessionId(sessionId).sequence(sequence).position(sequence * 64)
            .putBatch(batch, 0, batch.capacity());
        offer(MessageHeaderEncoder.ENCODED_LENGTH + events.encodedLength());
    }

    void awaitAcknowledged(final long expected) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> {
            replies.poll((buffer, offset, length, fragment) -> onReply(buffer, offset), 10);
            return acknowledged >= expected;
        });
    }

    private void onReply(final DirectBuffer buffer, final int offset) {
        final MessageHeaderDecoder reply = new MessageHeaderDecoder().wrap(buffer, offset);
        if (reply.templateId() == NodeAckDecoder.TEMPLATE_ID) {
            final NodeAckDecoder ack = new NodeAckDecoder().wrapAndApplyHeader(buffer, offset, reply);
            acknowledged = ack.sequence();
            deadLetters = ack.deadLetters();
        }
    }

    long deadLetters() {
        return deadLetters;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(publication, replies, aeron);
    }
}
