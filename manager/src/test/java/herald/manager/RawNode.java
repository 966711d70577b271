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
 * A node over IPC that sends what a test gives it, each batch a message.
 */
final class RawNode implements AutoCloseable {
    private static final long SESSION_ID = 77;
    private static final int REPLY_STREAM_ID = 77;

    private final Aeron aeron;
    private final Subscription replies;
    private final ExclusivePublication publication;
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(1024 * 1024));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private long sequence;
    private long acknowledged;
    private long deadLetters;

    RawNode(final String aeronDir) {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDir));
        replies = aeron.addSubscription(LinkDescriptor.IPC_CHANNEL, REPLY_STREAM_ID);
        publication = aeron.addExclusivePublication(LinkDescriptor.IPC_CHANNEL, VeniceDescriptor.STREAM_ID);
        final NodeHelloEncoder hello = new NodeHelloEncoder().wrapAndApplyHeader(message, 0, header)
            .sessionId(SESSION_ID).protocolVersion(VeniceDescriptor.PROTOCOL_VERSION).replyStreamId(REPLY_STREAM_ID)
            .logIdHigh(1).logIdLow(2).position(0).node("raw").replyChannel(LinkDescriptor.IPC_CHANNEL);
        offer(MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength());
    }

    private void offer(final int length) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> publication.offer(message, 0, length) > 0);
    }

    void send(final DirectBuffer batch) {
        sequence++;
        final NodeEventsEncoder events = new NodeEventsEncoder().wrapAndApplyHeader(message, 0, header)
            .sessionId(SESSION_ID).sequence(sequence).position(sequence * 64)
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
