package herald.recorder;

/**
 * What a recorder counts, kept in its spool so that it can be read while and after it runs.
 */
public enum RecorderCounter {
    /** Events that were accepted: {@code record} returned their sequence. */
    RECORDED(0, "events accepted into the spool"),
    /** Events refused because the spool was full. */
    SPOOL_FULL(1, "events refused: spool full"),
    /** Events refused because they were over the limit. */
    TOO_LONG(2, "events refused: over the length limit"),
    /** Events handed to Aeron, resends included. */
    SENT(3, "events sent, resends included"),
    /** Hellos sent. */
    HELLOS(4, "sessions opened or renewed"),
    /** Replies by which the proxy refused a session or found events missing. */
    REJECTS(5, "rejects received"),
    /** Aeron clients built after the first one. */
    CLIENT_REBUILDS(6, "Aeron clients rebuilt"),
    /** Events refused because the spool's device failed. */
    NOT_DURABLE(7, "events refused: the spool can't be forced"),
    /** Damaged spools that were found where this one began, or that it drained for a proxy on another host. */
    SPOOLS_DAMAGED(8, "spools of others or before found damaged"),
    /** Bytes of them that do not hold what they should. */
    DAMAGED_BYTES(9, "damaged bytes of those spools"),
    /** Knocks sent to a proxy on another host. */
    KNOCKS(10, "remote sessions asked for"),
    /** Replies from another host that the proxy did not seal for this session. */
    REPLIES_REFUSED(11, "remote replies refused: forged, changed or seen before"),
    /** Files among the spools that were not taken: none of this user's, of a newer version, or no spools at all. */
    SPOOLS_REFUSED(12, "files among the spools refused"),
    /** Times that the link got no shared memory: events stay in the spool until it does. */
    LINKS_WITHOUT_ROOM(13, "links not made: no room in shared memory"),
    /** Events refused since the spool was taken away; in no file, which is not there. */
    SPOOL_LOST(14, "events refused: the spool was taken away");

    private final int offset;
    private final String label;

    RecorderCounter(final int index, final String label) {
        this.offset = SpoolDescriptor.COUNTERS_OFFSET + index * Long.BYTES;
        this.label = label;
    }

    /**
     * What is counted, for people.
     *
     * @return a few words.
     */
    public String label() {
        return label;
    }

    /**
     * Whether it counts events that a caller wanted to record and that are nowhere.
     *
     * @return true where an operator has to know of any.
     */
    public boolean isRefusal() {
        return switch (this) {
            case SPOOL_FULL, TOO_LONG, NOT_DURABLE, SPOOL_LOST -> true;
            default -> false;
        };
    }

    int offset() {
        return offset;
    }
}
