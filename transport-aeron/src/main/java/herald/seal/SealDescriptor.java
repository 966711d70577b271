package herald.seal;

import herald.link.LinkDescriptor;
import herald.wire.ChallengeEncoder;
import herald.wire.KnockEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SealedEncoder;

/**
 * Layout of messages that carry a MAC.
 *
 * <pre>
 *    0  message header           covered by the tag
 *    8  tag, 16 bytes
 *   24  to the end               covered by the tag
 *
 *   Sealed: 24 session id | 32 counter | 40 length of the payload | 44 payload
 * </pre>
 */
public final class SealDescriptor {
    /** Length of a tag, in bytes. */
    public static final int TAG_LENGTH = 16;
    /** What a seal adds to a message, in bytes. */
    public static final int OVERHEAD =
        MessageHeaderEncoder.ENCODED_LENGTH + SealedEncoder.BLOCK_LENGTH + SealedEncoder.payloadHeaderLength();
    /** The longest sealed message, in bytes. */
    public static final int MAX_LENGTH = LinkDescriptor.MAX_EVENT_LENGTH_LIMIT + OVERHEAD;

    static final int TAG_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH;
    static final int COVERED_OFFSET = TAG_OFFSET + TAG_LENGTH;
    static final int PAYLOAD_OFFSET = OVERHEAD;

    private SealDescriptor() {
    }

    /** Whether the fixed part of a message is as long as this version has it. */
    static boolean hasBlock(final int templateId, final int blockLength) {
        return blockLength == switch (templateId) {
            case KnockEncoder.TEMPLATE_ID -> KnockEncoder.BLOCK_LENGTH;
            case ChallengeEncoder.TEMPLATE_ID -> ChallengeEncoder.BLOCK_LENGTH;
            case SealedEncoder.TEMPLATE_ID -> SealedEncoder.BLOCK_LENGTH;
            default -> -1;
        };
    }
}
