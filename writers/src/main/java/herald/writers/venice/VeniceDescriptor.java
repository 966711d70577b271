package herald.writers.venice;

import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import herald.link.MessageLength;
import herald.seal.SharedKey;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeAckDecoder;
import herald.venice.NodeRejectDecoder;
import herald.venice.NodeWelcomeDecoder;
import org.agrona.DirectBuffer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node's writer and the events manager must agree on before the first message.
 */
public final class VeniceDescriptor {
    /** Version of the protocol that {@code NodeHello} announces. */
    public static final int PROTOCOL_VERSION = 1;
    /** The stream on which a manager listens for all nodes. */
    public static final int STREAM_ID = 4820;
    /** The stream of replies, each on a channel of its own. */
    public static final int REPLY_STREAM_ID = 4821;
    /** The port that a manager listens on by default. */
    public static final int DEFAULT_PORT = 4820;
    /** Where no manager is named: one on this host. */
    public static final String DEFAULT_ENDPOINT = "127.0.0.1:" + DEFAULT_PORT;
    /** Terms of both directions, in bytes; a message is at most an eighth of it. */
    public static final int TERM_LENGTH = 1024 * 1024;
    /** The batch in a message is no longer than this, unless a single event is. */
    public static final int CHUNK_LENGTH = 48 * 1024;
    /** Bytes that a message takes at most: an event of the greatest length, and what is around it. */
    public static final int MAX_MESSAGE_LENGTH = TERM_LENGTH / 8;

    private static final Pattern UDP_REPLIES =
        Pattern.compile("aeron:udp\\?endpoint=([^|]+)(\\|term-length=[0-9]+)?");

    private VeniceDescriptor() {
    }

    /**
     * The key that seals this link.
     *
     * @param key that nodes and manager have in common; that of a proxy and its remote recorders may be the same.
     * @return another one.
     */
    public static SharedKey keyOf(final SharedKey key) {
        return key.of("herald venice");
    }

    /**
     * A channel over UDP.
     *
     * @param endpoint HOST:PORT.
     * @return as Aeron calls it.
     */
    public static String channel(final String endpoint) {
        return "aeron:udp?endpoint=" + endpoint + "|term-length=" + TERM_LENGTH;
    }

    /**
     * Whether a manager may answer on a channel that somebody named.
     *
     * @param channel that of IPC, or of the address of one host in digits: nobody has to be asked for it.
     * @return false where it is any other.
     */
    public static boolean isReplyChannel(final String channel) {
        final Matcher udp = UDP_REPLIES.matcher(channel);
        return LinkDescriptor.IPC_CHANNEL.equals(channel) ||
            (udp.matches() && Endpoint.isOfOneHost(udp.group(1)));
    }

    /**
     * Where a node is.
     *
     * @param replyChannel of it, see {@link #isReplyChannel}.
     * @return its address, for the log; {@code this host} where it is reached over IPC.
     */
    public static String hostOf(final String replyChannel) {
        final Matcher udp = UDP_REPLIES.matcher(replyChannel);
        return udp.matches() ? udp.group(1).substring(0, udp.group(1).lastIndexOf(':')) : "this host";
    }

    /**
     * Whether bytes are a manager's reply, of this or a later version, and nothing more.
     *
     * @param header set to the message's, where it has one.
     * @param buffer that holds it.
     * @param offset of its header.
     * @param length in bytes.
     * @return false where it is to be passed over.
     */
    static boolean isReply(
        final MessageHeaderDecoder header, final DirectBuffer buffer, final int offset, final int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH ||
            header.wrap(buffer, offset).schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return false;
        }
        final int minBlockLength = switch (header.templateId()) {
            case NodeWelcomeDecoder.TEMPLATE_ID ->
                NodeWelcomeDecoder.sessionIdEncodingOffset() + NodeWelcomeDecoder.sessionIdEncodingLength();
            case NodeAckDecoder.TEMPLATE_ID ->
                NodeAckDecoder.sequenceEncodingOffset() + NodeAckDecoder.sequenceEncodingLength();
            case NodeRejectDecoder.TEMPLATE_ID ->
                NodeRejectDecoder.protocolVersionEncodingOffset() + NodeRejectDecoder.protocolVersionEncodingLength();
            default -> 0;
        };
        return MessageLength.isExact(buffer, offset, length, minBlockLength, 0);
    }
}
