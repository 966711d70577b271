package herald.manager;

/**
 * The fields of a stored event in the index.
 */
final class EventFields {
    /** Event id, a term; also sorted, to tell events of one time apart. */
    static final String ID = "id";
    /** The event in its JSON shape; stored. */
    static final String JSON = "json";
    /** Occurrences so far; a doc value. */
    static final String COUNT = "count";
    /** Last occurrence in ns since the epoch, a point and a doc value. */
    static final String TIME = "time";
    /** 0 to 3, a point. */
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
}
