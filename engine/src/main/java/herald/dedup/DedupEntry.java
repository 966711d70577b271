package herald.dedup;

import herald.disk.BatchDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What dedup remembers of an event: its first occurrence and how often it has happened. A flyweight over the 64 bytes
 * that an event takes in a {@link DedupIndex}, or over bytes of its own. Owned by one thread.
 *
 * <pre>
 *    0  key, high and low            32  journal time of the first occurrence
 *   16  event id, high and low       40  the recorder's wall clock then
 *                                    48  its position in the journal
 *                                    56  occurrences so far; 0: there is no event
 * </pre>
 */
public final class DedupEntry {
    /** Length in bytes: a cache line. */
    static final int LENGTH = 64;

    private static final int KEY_HIGH_OFFSET = 0;
    private static final int KEY_LOW_OFFSET = 8;
    private static final int ID_HIGH_OFFSET = 16;
    private static final int ID_LOW_OFFSET = 24;
    private static final int FIRST_SEEN_OFFSET = 32;
    private static final int FIRST_RECORD_TIME_OFFSET = 40;
    private static final int POSITION_OFFSET = 48;
    private static final int OCCURRENCES_OFFSET = 56;

    private final UnsafeBuffer buffer;

    /** An entry over bytes of its own. */
    public DedupEntry() {
        buffer = new UnsafeBuffer(new byte[LENGTH]);
    }

    DedupEntry wrap(final UnsafeBuffer memory, final int offset) {
        buffer.wrap(memory, offset, LENGTH);
        return this;
    }

    DedupEntry key(final long high, final long low) {
        buffer.putLong(KEY_HIGH_OFFSET, high);
        buffer.putLong(KEY_LOW_OFFSET, low);
        return this;
    }

    DedupEntry identify(final long idHigh, final long idLow) {
        buffer.putLong(ID_HIGH_OFFSET, idHigh);
        buffer.putLong(ID_LOW_OFFSET, idLow);
        return this;
    }

    DedupEntry firstSeen(final long journalTimeNs, final long recordTimeNs, final long journalPosition) {
        buffer.putLong(FIRST_SEEN_OFFSET, journalTimeNs);
        buffer.putLong(FIRST_RECORD_TIME_OFFSET, recordTimeNs);
        buffer.putLong(POSITION_OFFSET, journalPosition);
        return this;
    }

    DedupEntry occurrences(final long count) {
        buffer.putLong(OCCURRENCES_OFFSET, count);
        return this;
    }

    DedupEntry copyFrom(final DedupEntry other) {
        buffer.putBytes(0, other.buffer, 0, LENGTH);
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
            .occurrences(event.occurrences());
    }

    boolean hasKey(final long high, final long low) {
        return buffer.getLong(KEY_HIGH_OFFSET) == high && buffer.getLong(KEY_LOW_OFFSET) == low;
    }

    long keyHigh() {
        return buffer.getLong(KEY_HIGH_OFFSET);
    }

    long keyLow() {
        return buffer.getLong(KEY_LOW_OFFSET);
    }

    /** Identity of the event, upper half. */
    public long eventIdHigh() {
        return buffer.getLong(ID_HIGH_OFFSET);
    }

    /** Identity of the event, lower half. */
    public long eventIdLow() {
        return buffer.getLong(ID_LOW_OFFSET);
    }

    /** Journal time of the first occurrence: the window starts here. */
    public long firstSeenNs() {
        return buffer.getLong(FIRST_SEEN_OFFSET);
    }

    /** The recorder's wall clock at the first occurrence. */
    public long firstRecordTimeNs() {
        return buffer.getLong(FIRST_RECORD_TIME_OFFSET);
    }

    /** The first occurrence in the journal. */
    public long position() {
        return buffer.getLong(POSITION_OFFSET);
    }

    /** Occurrences so far. */
    public long occurrences() {
        return buffer.getLong(OCCURRENCES_OFFSET);
    }
}
