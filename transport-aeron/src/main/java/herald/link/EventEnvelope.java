package herald.link;

import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.UUID;

/**
 * Whether bytes are an Event of the recorder and the sequence under which they came. Whatever carries an event, a
 * session or a spool's frame, says whose it is, and the event says so too; the journal is read by what the event says.
 * Allocates nothing; owned by one thread.
 */
public final class EventEnvelope {
    /** Length of an Event's fixed fields in the first version, in bytes; later ones are longer. */
    public static final int MIN_BLOCK_LENGTH =
        EventDecoder.flagsEncodingOffset() + EventDecoder.flagsEncodingLength();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();

    /**
     * Looks for what does not agree.
     *
     * @param recorderId that the event came under.
     * @param sequence   that it came under.
     * @param buffer     that holds it.
     * @param offset     of its message header.
     * @param length     in bytes.
     * @return null where all of it agrees, or what does not.
     */
    public String defectOf(
        final UUID recorderId,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH + MIN_BLOCK_LENGTH) {
            return "shorter than its fixed fields";
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID || header.templateId() != EventDecoder.TEMPLATE_ID) {
            return "no event of this protocol";
        }
        event.wrapAndApplyHeader(buffer, offset, header);
        if (event.recorderIdHigh() != recorderId.getMostSignificantBits() ||
            event.recorderIdLow() != recorderId.getLeastSignificantBits()) {
            return "recorder id is not that of whom it came from";
        }
        return event.sequence() == sequence ? null : "sequence is not the one that it came under";
    }
}
