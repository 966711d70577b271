package herald.manager;

import org.apache.lucene.util.BytesRef;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The fields of a stored event in the index.
 */
final class EventFields {
    /** Event id, a term of its 16 bytes. */
    static final String ID = "id";
    /** The id's more significant half, a doc value: tells events of one time apart. */
    static final String ID_HIGH = "id-high";
    /** The id's less significant half, a doc value. */
    static final String ID_LOW = "id-low";
    /** The event in its JSON shape; stored. */
    static final String JSON = "json";
    /** Occurrences so far; a doc value. */
    static final String COUNT = "count";
    /** Last occurrence in ns since the epoch, a point and a doc value. */
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

    private EventFields() {
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
