package herald.manager;

import org.apache.lucene.util.BytesRef;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The fields of a stored event in the index.
 */
final class EventFields {
    private static final int CONTINUATION_MASK = 0xC0;
    private static final int CONTINUATION = 0x80;

    /** Event id, a term of its 16 bytes. */
    static final String ID = "id";
    /** The id's more significant half, a doc value: tells events of one time apart. */
    static final String ID_HIGH = "id-high";
    /** The id's less significant half, a doc value. */
    static final String ID_LOW = "id-low";
    /** The event in its JSON shape behind its checksum, as {@link StoredEvent} has it; stored. */
    static final String EVENT = "event";
    /** The event in its JSON shape alone, as indexes of form 2 have it; stored. */
    static final String JSON = "json";
    /** Occurrences so far; a doc value. */
    static final String COUNT = "count";
    /** Journal time of the node at the last occurrence in ns since the epoch; a doc value, not in form 2. */
    static final String SEEN = "seen";
    /** When the manager got it, in ns since the epoch, a point and a doc value; not in form 2. */
    static final String RECEIVED = "received";
    /**
     * Last occurrence in ns since the epoch, a point and a doc value. Where that can't be, when the manager got it.
     */
    static final String TIME = "time";
    /** 0 to 3, a point and a doc value. */
    static final String SEVERITY = "severity";
    /** Qualified type, a term. */
    static final String TYPE = "type";
    /** Component that recorded, a term. */
    static final String COMPONENT = "component";
    /** Node that it was recorded on, a term. */
    static final String NODE = "node";
    /** Tenant that it belongs to, a term. */
    static final String TENANT = "tenant";
    /** Object that it is about, KIND/NAME, a term. */
    static final String REF = "ref";
    /** Message, in words. */
    static final String MESSAGE = "message";

    /** Bytes of a keyword that are indexed at most: more than a query has room for, less than Lucene takes. */
    static final int MAX_KEYWORD_LENGTH = 8 * 1024;

    private EventFields() {
    }

    /**
     * The term of a text that is searched as a whole: its beginning, where it is longer than is indexed.
     *
     * @param text of an event.
     * @return in UTF-8, cut between characters.
     */
    static BytesRef keyword(final String text) {
        final BytesRef term = new BytesRef(text);
        if (term.length > MAX_KEYWORD_LENGTH) {
            int end = term.offset + MAX_KEYWORD_LENGTH;
            while ((term.bytes[end] & CONTINUATION_MASK) == CONTINUATION) {
                end--;
            }
            term.length = end - term.offset;
        }
        return term;
    }

    /**
     * The term of an event id.
     *
     * @param id of an event.
     * @return its bytes in network order (RFC 9562 section 4).
     */
    static BytesRef id(final UUID id) {
        return new BytesRef(ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array());
    }
}
