package herald.dispatch;

import herald.disk.BatchDecoder;
import herald.event.MessageBounds;
import org.agrona.DirectBuffer;

/**
 * Says whether the body of a record of the dispatch log can be taken apart into its events: schema, template and
 * lengths. The events themselves are looked at one by one. Owned by one thread.
 */
final class BatchStructure {
    private static final int MIN_BLOCK_LENGTH = BatchDecoder.overfullEncodingOffset() + Integer.BYTES;
    private static final int MIN_ENTRY_LENGTH = BatchDecoder.EventsDecoder.flagsEncodingOffset() + 1;
    private static final int TEXTS = 5;

    private final MessageBounds bounds = new MessageBounds();

    /**
     * Looks for what keeps a record from being read.
     *
     * @param buffer that holds it.
     * @param offset of its body.
     * @param length of its body in bytes.
     * @return null where it can be read, or where a newer version has records that this one does not know; else what is
     *     wrong.
     */
    String defectOf(final DirectBuffer buffer, final int offset, final int length) {
        bounds.wrap(buffer, offset, length);
        if (!bounds.hasHeader()) {
            return "a body of " + length + " bytes has no message header";
        }
        if (bounds.schemaId() != BatchDecoder.SCHEMA_ID) {
            return "schema " + bounds.schemaId() + " is none of a dispatch log";
        }
        if (!isBatch()) {
            return bounds.version() > BatchDecoder.SCHEMA_VERSION ?
                null : "template " + bounds.templateId() + " is none of a dispatch log";
        }
        if (!bounds.hasBlock(MIN_BLOCK_LENGTH)) {
            return "the batch is shorter than its fixed fields";
        }
        final int events = bounds.enterGroup(MIN_ENTRY_LENGTH);
        if (events < 0) {
            return "the batch has no events that can be read";
        }
        for (int i = 0; i < events; i++) {
            if (!bounds.skipEntryBlock() || !bounds.skipData()) {
                return "event " + (i + 1) + " goes past the end of the batch";
            }
        }
        for (int i = 0; i < TEXTS; i++) {
            if (!bounds.skipText()) {
                return "a text goes past the end of the batch";
            }
        }
        return null;
    }

    /** Whether the record that was looked at is a batch. */
    boolean isBatch() {
        return bounds.templateId() == BatchDecoder.TEMPLATE_ID;
    }
}
