package herald.dedup;

import herald.disk.BatchDecoder;

/**
 * What dedup remembers of an event: its first occurrence and how often it has happened. A flyweight over the eight
 * words that an event takes in a {@link DedupIndex}, or over words of its own. Owned by one thread.
 *
 * <pre>
 *   0  key, high and low          4  journal time of the first occurrence
 *   2  event id, high and low     5  the recorder's wall clock then
 *                                 6  its position in the journal
 *                                 7  occurrences so far; 0: there is no event
 * </pre>
 */
public final class DedupEntry {
    /** Words of an entry, 64 bytes. */
    static final int WORDS = 8;

    private static final int KEY_HIGH = 0;
    private static final int KEY_LOW = 1;
    private static final int ID_HIGH = 2;
    private static final int ID_LOW = 3;
    private static final int FIRST_SEEN = 4;
    private static final int FIRST_RECORD_TIME = 5;
    private static final int POSITION = 6;
    private static final int OCCURRENCES = 7;

    private long[] words;
    private int base;

    /** An entry over words of its own. */
    public DedupEntry() {
        words = new long[WORDS];
    }

    DedupEntry wrap(final long[] memory, final int firstWord) {
        words = memory;
        base = firstWord;
        return this;
    }

    DedupEntry key(final long high, final long low) {
        words[base + KEY_HIGH] = high;
        words[base + KEY_LOW] = low;
        return this;
    }

    DedupEntry identify(final long idHigh, final long idLow) {
        words[base + ID_HIGH] = idHigh;
        words[base + ID_LOW] = idLow;
        return this;
    }

    DedupEntry firstSeen(final long journalTimeNs, final long recordTimeNs, final long journalPosition) {
        words[base + FIRST_SEEN] = journalTimeNs;
        words[base + FIRST_RECORD_TIME] = recordTimeNs;
        words[base + POSITION] = journalPosition;
        return this;
    }

    DedupEntry occurrences(final long count) {
        words[base + OCCURRENCES] = count;
        return this;
    }

    DedupEntry copyFrom(final DedupEntry other) {
        System.arraycopy(other.words, other.base, words, base, WORDS);
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
        return words[base + KEY_HIGH] == high && words[base + KEY_LOW] == low;
    }

    long keyHigh() {
        return words[base + KEY_HIGH];
    }

    long keyLow() {
        return words[base + KEY_LOW];
    }

    /** Identity of the event, upper half. */
    public long eventIdHigh() {
        return words[base + ID_HIGH];
    }

    /** Identity of the event, lower half. */
    public long eventIdLow() {
        return words[base + ID_LOW];
    }

    /** Journal time of the first occurrence: the window starts here. */
    public long firstSeenNs() {
        return words[base + FIRST_SEEN];
    }

    /** The recorder's wall clock at the first occurrence. */
    public long firstRecordTimeNs() {
        return words[base + FIRST_RECORD_TIME];
    }

    /** The first occurrence in the journal. */
    public long position() {
        return words[base + POSITION];
    }

    /** Occurrences so far. */
    public long occurrences() {
        return words[base + OCCURRENCES];
    }
}
