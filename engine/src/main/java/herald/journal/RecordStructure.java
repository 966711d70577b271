package herald.journal;

import herald.disk.JournaledEventDecoder;
import herald.disk.JournaledShutdownDecoder;
import herald.disk.JournaledStartDecoder;
import herald.disk.JournaledTickDecoder;
import herald.disk.JournaledVoidDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.disk.RecorderTableDecoder;
import herald.event.EventStructure;
import herald.event.MessageBounds;
import herald.log.LogDescriptor;
import org.agrona.DirectBuffer;

/**
 * Says whether the body of a journal record can be decoded and means something: schema, template, lengths, and the
 * event in it. A checksum proves that a record is as it was written, not that it was written by a Herald that knew how.
 * Owned by one thread.
 */
final class RecordStructure {
    private static final int TIMES_LENGTH = 2 * Long.BYTES;
    private static final int RECORDER_LENGTH = 5 * Long.BYTES;
    private static final int START_TEXTS = 5;

    private final MessageBounds bounds = new MessageBounds();
    private final EventStructure event = new EventStructure();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final JournaledStartDecoder start = new JournaledStartDecoder();

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
        if (bounds.schemaId() != JournaledEventDecoder.SCHEMA_ID) {
            return "schema " + bounds.schemaId() + " is none of a journal";
        }
        return switch (bounds.templateId()) {
            case JournaledEventDecoder.TEMPLATE_ID -> eventDefect(buffer);
            case JournaledVoidDecoder.TEMPLATE_ID -> blockDefect(JournaledVoidDecoder.reasonEncodingOffset() + 1);
            case JournaledTickDecoder.TEMPLATE_ID, JournaledShutdownDecoder.TEMPLATE_ID -> blockDefect(TIMES_LENGTH);
            case JournaledStartDecoder.TEMPLATE_ID -> startDefect(buffer, offset);
            case RecorderTableDecoder.TEMPLATE_ID -> tableDefect();
            default -> bounds.version() > JournaledEventDecoder.SCHEMA_VERSION ?
                null : "template " + bounds.templateId() + " is none of a journal";
        };
    }

    private String blockDefect(final int minLength) {
        return bounds.hasBlock(minLength) ? null : "the body is shorter than its fixed fields";
    }

    private String eventDefect(final DirectBuffer buffer) {
        final String defect = blockDefect(TIMES_LENGTH);
        if (defect != null) {
            return defect;
        }
        final int from = bounds.index() + JournaledEventDecoder.wireEventHeaderLength();
        return bounds.skipData() ?
            event.defectOf(buffer, from, bounds.index() - from) : "the event goes past the end of the body";
    }

    private String startDefect(final DirectBuffer buffer, final int offset) {
        final String defect = blockDefect(JournaledStartDecoder.maintenanceEncodingOffset());
        if (defect != null) {
            return defect;
        }
        for (int i = 0; i < START_TEXTS; i++) {
            if (!bounds.skipText()) {
                return "a text goes past the end of the body";
            }
        }
        start.wrapAndApplyHeader(buffer, offset, header);
        return start.dedupIntervalNs() > 0 && start.batchIntervalNs() > 0 && start.dedupKeyLimit() > 0 &&
            start.batchLengthLimit() > 0 && start.batchLengthLimit() <= LogDescriptor.MAX_SEGMENT_LENGTH ?
            null : "settings with which no proxy runs";
    }

    private String tableDefect() {
        final String defect = blockDefect(Long.BYTES + Integer.BYTES);
        if (defect != null) {
            return defect;
        }
        final int recorders = bounds.enterGroup(RECORDER_LENGTH);
        for (int i = 0; i < recorders; i++) {
            if (!bounds.skipEntryBlock()) {
                return "recorder " + (i + 1) + " goes past the end of the body";
            }
        }
        return recorders < 0 ? "the recorder table has no recorders that can be read" : null;
    }
}
