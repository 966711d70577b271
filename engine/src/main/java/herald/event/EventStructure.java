package herald.event;

import herald.wire.EventDecoder;
import org.agrona.DirectBuffer;

/**
 * Says whether the bytes of a wire Event can be decoded: its schema and template, and every length within the message.
 * {@link herald.receiver.EventValidator} decides what is let in; this is for what a log holds, whoever wrote it.
 * Allocates nothing but the words for a defect; owned by one thread.
 */
public final class EventStructure {
    private static final int MIN_BLOCK_LENGTH = EventDecoder.flagsEncodingOffset() + 1;
    private static final int TEXTS = 12;

    private final MessageBounds bounds = new MessageBounds();

    /**
     * Looks for what keeps an event from being decoded.
     *
     * @param buffer that holds it.
     * @param offset of its message header.
     * @param length in bytes, header included.
     * @return null where it can be decoded, or what is wrong.
     */
    public String defectOf(final DirectBuffer buffer, final int offset, final int length) {
        bounds.wrap(buffer, offset, length);
        if (!bounds.hasHeader()) {
            return "an event of " + length + " bytes";
        }
        if (bounds.schemaId() != EventDecoder.SCHEMA_ID || bounds.templateId() != EventDecoder.TEMPLATE_ID) {
            return "an event is of template " + EventDecoder.TEMPLATE_ID + " of schema " + EventDecoder.SCHEMA_ID +
                ", this is " + bounds.templateId() + " of " + bounds.schemaId();
        }
        if (!bounds.hasBlock(MIN_BLOCK_LENGTH)) {
            return "an event shorter than its fixed fields";
        }
        final int attributes = bounds.enterGroup(0);
        if (attributes < 0) {
            return "an event that ends before its attributes";
        }
        for (int i = 0; i < attributes; i++) {
            if (!bounds.skipEntryBlock() || !bounds.skipText() || !bounds.skipText()) {
                return "attribute " + (i + 1) + " of an event goes past its end";
            }
        }
        for (int i = 0; i < TEXTS; i++) {
            if (!bounds.skipText()) {
                return "text " + (i + 1) + " of an event goes past its end";
            }
        }
        return null;
    }
}
