package herald.dedup;

import herald.disk.BatchDecoder;

/**
 * What dedup remembers of an event: its first occurrence and how often it has happened. Reused; owned by one thread.
 */
public final class DedupEntry {
    private long eventIdHigh;
    private long eventIdLow;
    private long firstSeenNs;
    private long lastSeenNs;
    private long firstRecordTimeNs;
    private long position;
    private long occurrences;

    DedupEntry identify(final long idHigh, final long idLow) {
        eventIdHigh = idHigh;
        eventIdLow = idLow;
        return this;
    }

    DedupEntry firstSeen(final long journalTimeNs, final long recordTimeNs, final long journalPosition) {
        firstSeenNs = journalTimeNs;
        firstRecordTimeNs = recordTimeNs;
        position = journalPosition;
        return this;
    }

    DedupEntry seen(final long journalTimeNs, final long count) {
        lastSeenNs = journalTimeNs;
        occurrences = count;
        return this;
    }

    /**
     * Takes over what a batch says of an event.
     *
     * @param event of the batch, at its first field.
     * @return this.
     */
    public DedupEntry restore(final BatchDecoder.EventsDecoder event) {
        return identify(event.eventIdHigh(), event.eventIdLow())
            .firstSeen(event.firstSeenNs(), event.firstRecordTimeNs(), event.position())
            .seen(event.lastSeenNs(), event.occurrences());
    }

    /** Identity of the event, upper half. */
    public long eventIdHigh() {
        return eventIdHigh;
    }

    /** Identity of the event, lower half. */
    public long eventIdLow() {
        return eventIdLow;
    }

    /** Journal time of the first occurrence: the window starts here. */
    public long firstSeenNs() {
        return firstSeenNs;
    }

    /** Journal time of the last occurrence. */
    public long lastSeenNs() {
        return lastSeenNs;
    }

    /** The recorder's wall clock at the first occurrence. */
    public long firstRecordTimeNs() {
        return firstRecordTimeNs;
    }

    /** The first occurrence in the journal. */
    public long position() {
        return position;
    }

    /** Occurrences so far. */
    public long occurrences() {
        return occurrences;
    }
}
