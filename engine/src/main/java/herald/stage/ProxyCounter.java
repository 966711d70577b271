package herald.stage;

import herald.link.CounterId;

/**
 * What the engine counts, beside {@link herald.receiver.ReceiverCounter}.
 */
public enum ProxyCounter implements CounterId {
    /** Records appended to the journal that are events. */
    JOURNALED(32, "events journaled"),
    /** Events that repeat one of the dedup interval before. */
    DEDUPLICATED(33, "events folded into an earlier one"),
    /** Events treated as new because dedup held its limit of keys. */
    DEDUP_OVERFULL(34, "events treated as new: dedup full"),
    /** Batches appended to the dispatch log. */
    BATCHES(35, "batches dispatched"),
    /** Entries of those batches. */
    DISPATCHED(36, "events dispatched, one for each batch that they are in"),
    /** Entries that writers delivered. */
    DELIVERED(37, "events delivered, by all writers"),
    /** Failed deliveries that were tried again. */
    DELIVERY_RETRIES(38, "deliveries tried again"),
    /** Events that a destination will never take. */
    DEAD_LETTERS(39, "events written to a dead-letter file"),
    /** Bytes of the dispatch log that a writer was too late for. */
    WRITER_LOST_BYTES(40, "bytes of the dispatch log released before a writer read them"),
    /** Events that a writer's filter did not let pass. */
    FILTERED(41, "events held back by a writer's filter"),
    /** Bytes in which no valid record was found. */
    DAMAGED_BYTES(42, "bytes of journal and dispatch log without a valid record"),
    /** Bytes of records that a crash left half written, or that a failed force took back. */
    CUT_BYTES(43, "bytes of records that were not whole or not durable, padded"),
    /** Times that a stage had to wait for room on the disk. */
    DISK_FULL(44, "times that the disk was full"),
    /** Stages that failed: the proxy stops. */
    STAGE_FAILURES(45, "stages that failed"),
    /** Difference of wall clock and journal time. */
    CLOCK_OFFSET_MS(46, "wall clock minus journal time, ms"),
    /** Segments that retention deleted. */
    SEGMENTS_RELEASED(47, "segments released by retention"),
    /** Bookmarks that could not be used. */
    BOOKMARKS_DAMAGED(48, "bookmarks that could not be used"),
    /** Events of types that are suppressed while the node is under maintenance. */
    SUPPRESSED(49, "events suppressed: the node was under maintenance"),
    /** Events whose recorder's clock was not set. */
    CLOCK_UNSET(50, "events recorded before their clock was set"),
    /** Whether the node is under maintenance. */
    MAINTENANCE(51, "1 while the node is under maintenance"),
    /** Counters that did not match their checksum, and began again. */
    COUNTERS_DAMAGED(110, "times that counters.dat was damaged, and counters began at 0"),
    /** Starts that found no journal beside a dispatch log. */
    JOURNALS_GONE(111, "starts that found the journal gone, or ending before what was dispatched"),
    /** Events that retention deleted before a writer had delivered them. */
    WRITER_OVERTAKEN(112, "events of the dispatch log released before a writer delivered them"),
    /** Starts that found the dispatch log damaged where a writer had yet to read, and made it again. */
    DISPATCH_REMADE(113, "times that damaged batches were made again from the journal"),
    /** Spools without an owner, in which nothing had waited for long, that were deleted. */
    SPOOLS_RETIRED(114, "spools deleted: drained, and long without an owner"),
    /** Starts that found no dispatch log where there was one, or one that ends too early. */
    DISPATCH_LOGS_GONE(115, "starts that found the dispatch log gone, or ending before what was dispatched"),
    /** Up to where the dispatch log was released, or is told to be gone: what is missing behind it was taken away. */
    DISPATCH_RELEASED_POSITION(116, "dispatch log position that was released, or told to be gone, up to"),
    /** Records, or events of batches, that are as they were written and can't be read. */
    UNREADABLE_RECORDS(52, "records of journal and dispatch log that can't be read"),
    /** Full segments that somebody else took away while the proxy ran. */
    SEGMENTS_LOST(53, "segments that were taken away while the proxy ran"),
    /** Times that journal time and wall clock were further apart than the host's uptime explains. */
    CLOCK_LEAPS(54, "leaps of the wall clock that the host's uptime does not explain"),
    /** How far journal time leapt ahead, as long as nothing proves that it was right. */
    CLOCK_UNPROVED_MS(55, "ms that journal time leapt ahead, not proved yet: nothing is released for its age"),
    /** Times that a destination had lost what was delivered, and got it again. */
    WAYS_BACK(58, "times that a writer went back: its destination had lost events"),
    /** Events that a destination took and put aside. */
    DEAD_LETTERS_THERE(59, "events that a destination took and keeps in its own dead letters"),
    /** Up to where events of the journal are counted as folded or not, so that a replay counts none again. */
    DEDUPLICATED_POSITION(60, "journal position that deduplication has come to"),
    /** Up to where events of the journal are counted as dispatched, so that a replay counts none again. */
    DISPATCHED_POSITION(61, "journal position that the dispatch log has come to");

    private final int id;
    private final String label;

    ProxyCounter(final int id, final String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
