package herald.manager;

import herald.receiver.Replies;
import herald.venice.MessageHeaderEncoder;
import herald.venice.NodeAckEncoder;
import herald.venice.NodeRejectEncoder;
import herald.venice.NodeWelcomeEncoder;
import herald.venice.VeniceRejectReason;
import herald.writers.venice.VeniceDescriptor;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * One session of one node's writer: what came, what is stored of it, and what it is still owed. Receiver's thread.
 */
final class NodeSession implements AutoCloseable {
    private static final int REPLY_LENGTH = 64;

    private final long id;
    private final String node;
    private final int imageSessionId;
    private final Replies replies;
    private final boolean refused;
    private final UnsafeBuffer reply = new UnsafeBuffer(ByteBuffer.allocateDirect(REPLY_LENGTH));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final NodeWelcomeEncoder welcome = new NodeWelcomeEncoder();
    private final NodeAckEncoder ack = new NodeAckEncoder();
    private final NodeRejectEncoder reject = new NodeRejectEncoder();
    private boolean greeted;
    private long received;
    private long stored;
    private long acknowledged;

    NodeSession(
        final long id, final String node, final int imageSessionId, final Replies replies, final boolean refused) {
        this.id = id;
        this.node = node;
        this.imageSessionId = imageSessionId;
        this.replies = replies;
        this.refused = refused;
    }

    String node() {
        return node;
    }

    int imageSessionId() {
        return imageSessionId;
    }

    /** Whether a message is the next one. */
    boolean accept(final long sequence) {
        if (refused || sequence != received + 1) {
            return false;
        }
        received = sequence;
        return true;
    }

    void onCommitted() {
        stored = received;
    }

    /** Sends what is owed, as far as there is room. */
    int sendOwed() {
        if (!replies.isConnected()) {
            return 0;
        }
        int sent = 0;
        if (!greeted) {
            greeted = offer(refused ? encodeReject() : encodeWelcome());
            sent += greeted ? 1 : 0;
        }
        if (greeted && stored > acknowledged && offer(encodeAck())) {
            acknowledged = stored;
            sent++;
        }
        return sent;
    }

    private boolean offer(final int length) {
        return replies.send(reply, length);
    }

    private int encodeWelcome() {
        welcome.wrapAndApplyHeader(reply, 0, header).sessionId(id);
        return MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength();
    }

    private int encodeAck() {
        ack.wrapAndApplyHeader(reply, 0, header).sessionId(id).sequence(stored);
        return MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength();
    }

    private int encodeReject() {
        reject.wrapAndApplyHeader(reply, 0, header).sessionId(id).reason(VeniceRejectReason.PROTOCOL_VERSION)
            .protocolVersion(VeniceDescriptor.PROTOCOL_VERSION);
        return MessageHeaderEncoder.ENCODED_LENGTH + reject.encodedLength();
    }

    @Override
    public void close() {
        CloseHelper.quietClose(replies);
    }
}
