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

    /**
     * What it begins with.
     *
     * @param id       of the session, the node's choice.
     * @param writer   name of the node's writer, for the log.
     * @param from     address of the node, for the log.
     * @param sender   whose positions are kept; null where the node does not say them.
     * @param position up to which the index has what it sent.
     * @param refused  since it speaks another protocol.
     */
    record Begin(
        long id, String writer, String from, NodePositions.Sender sender, long position, boolean refused) {
    }

    private final Begin begin;
    private final NodeOrigin origin;
    private final Replies replies;
    private final UnsafeBuffer reply = new UnsafeBuffer(ByteBuffer.allocateDirect(REPLY_LENGTH));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final NodeWelcomeEncoder welcome = new NodeWelcomeEncoder();
    private final NodeAckEncoder ack = new NodeAckEncoder();
    private final NodeRejectEncoder reject = new NodeRejectEncoder();
    private String node = "";
    private boolean shared;
    private boolean greeted;
    private long deadLetters;
    private long storedDeadLetters;
    private long received;
    private long stored;
    private long acknowledged;

    NodeSession(final Begin begin, final NodeOrigin origin, final Replies replies) {
        this.begin = begin;
        this.origin = origin;
        this.replies = replies;
    }

    String writer() {
        return begin.writer();
    }

    /** The name under which it sent last; empty before that. */
    String node() {
        return node;
    }

    void node(final String name) {
        node = name;
    }

    /** Whether both are writers of one proxy, or may be. */
    boolean isOfSameLog(final NodeSession other) {
        return sender() == null || other.sender() == null || sender().logId().equals(other.sender().logId());
    }

    /** True once: then it is known that another node has the name of this one. */
    boolean tellShared() {
        final boolean first = !shared;
        shared = true;
        return first;
    }

    /** What nodes call themselves, with nothing in it that would make a line of the log another one. */
    static String printable(final String name) {
        return name.replaceAll("[^\\w.-]", "_");
    }

    @Override
    public String toString() {
        return "writer " + printable(begin.writer()) + " at " + begin.from();
    }

    /** Null where the node does not say how far it is. */
    NodePositions.Sender sender() {
        return begin.sender();
    }

    NodeOrigin origin() {
        return origin;
    }

    /** Whether a message is the next one. */
    boolean isNext(final long sequence) {
        return !begin.refused() && sequence == received + 1;
    }

    /** All of a message is in the index or among the dead letters, and not committed yet. */
    void onStored(final long sequence) {
        received = sequence;
    }

    void onDeadLetter() {
        deadLetters++;
    }

    void onCommitted() {
        stored = received;
        storedDeadLetters = deadLetters;
    }

    /** Sends what is owed, as far as there is room. */
    int sendOwed() {
        if (!replies.isConnected()) {
            return 0;
        }
        int sent = 0;
        if (!greeted) {
            greeted = offer(begin.refused() ? encodeReject() : encodeWelcome());
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
        welcome.wrapAndApplyHeader(reply, 0, header).sessionId(begin.id()).position(begin.position());
        return MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength();
    }

    private int encodeAck() {
        ack.wrapAndApplyHeader(reply, 0, header).sessionId(begin.id()).sequence(stored)
            .deadLetters(storedDeadLetters);
        return MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength();
    }

    private int encodeReject() {
        reject.wrapAndApplyHeader(reply, 0, header).sessionId(begin.id()).reason(VeniceRejectReason.PROTOCOL_VERSION)
            .protocolVersion(VeniceDescriptor.PROTOCOL_VERSION);
        return MessageHeaderEncoder.ENCODED_LENGTH + reject.encodedLength();
    }

    @Override
    public void close() {
        CloseHelper.quietClose(replies);
    }
}
