package herald.dedup;

import org.agrona.BitUtil;

/**
 * Entries by key, oldest first: the tier of the dedup windows in which nearly every event finds what it repeats. One
 * look takes two cache lines, one of the table and one of the entry. Owned by one thread.
 *
 * <pre>
 *   table, twice as many places as entries       entries, a ring, 64 bytes each
 *   | 32 bits of the key's hash | entry + 1 | ──►  oldest ... youngest
 * </pre>
 *
 * <p>The table is probed linearly, and what is removed leaves no tombstone: those behind it move up (Knuth, The Art of
 * Computer Programming, volume 3, section 6.4, algorithm R). All of it is in arrays of the heap, which the JVM can put
 * on huge pages ({@code -XX:+UseTransparentHugePages}): on small ones nearly every look at a large index misses the
 * TLB.
 */
final class DedupIndex {
    /** The most entries that an index can have. */
    static final int MAX_CAPACITY = 1 << 24;
    static final int NONE = -1;

    private static final int ENTRIES_PER_CHUNK = 8 * 1024;

    private final int capacity;
    private final int tableMask;
    private final long[] table;
    private final long[][] chunks;
    private final DedupEntry probe = new DedupEntry();
    /** Keeps the reads ahead from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long called;
    private long oldest;
    private long next;

    /**
     * An empty index.
     *
     * @param capacity entries, a power of two up to {@link #MAX_CAPACITY}.
     */
    DedupIndex(final int capacity) {
        if (!BitUtil.isPowerOfTwo(capacity) || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                "capacity is " + capacity + ": it must be a power of two up to " + MAX_CAPACITY);
        }
        this.capacity = capacity;
        this.tableMask = 2 * capacity - 1;
        this.table = new long[2 * capacity];
        this.chunks = new long[Math.max(1, capacity / ENTRIES_PER_CHUNK)][];
    }

    int capacity() {
        return capacity;
    }

    int size() {
        return (int)(next - oldest);
    }

    boolean isEmpty() {
        return next == oldest;
    }

    boolean isFull() {
        return next - oldest == capacity;
    }

    /** Reads the place where a key's entry is looked for first, so that it is near when {@link #find} comes. */
    void callForPlace(final long low) {
        called += at((int)low & tableMask);
    }

    /** Reads the entry that is looked at first. */
    void callForEntry(final long low) {
        final int number = (int)at((int)low & tableMask) - 1;
        called += number < 0 ? 0 : chunks[number / ENTRIES_PER_CHUNK][number % ENTRIES_PER_CHUNK * DedupEntry.WORDS];
    }

    /**
     * Finds an entry.
     *
     * @return its number, or {@link #NONE}.
     */
    int find(final long high, final long low) {
        final int hash = (int)low;
        int place = hash & tableMask;
        long there = at(place);
        while (there != 0) {
            if ((int)(there >>> 32) == hash && show(probe, (int)there - 1).hasKey(high, low)) {
                return (int)there - 1;
            }
            place = (place + 1) & tableMask;
            there = at(place);
        }
        return NONE;
    }

    /**
     * Appends an entry for a key that is not there, as the youngest. There is room.
     *
     * @return its number; all but the key is for the caller to fill in.
     */
    int append(final long high, final long low) {
        final int number = (int)next & (capacity - 1);
        int place = (int)low & tableMask;
        while (at(place) != 0) {
            place = (place + 1) & tableMask;
        }
        put(place, (low << 32) | (number + 1));
        next++;
        show(probe, number).key(high, low);
        return number;
    }

    /**
     * Removes an entry, wherever it is.
     *
     * @param number of it.
     */
    void remove(final int number) {
        final long low = show(probe, number).keyLow();
        probe.occurrences(0);
        int place = (int)low & tableMask;
        while ((int)at(place) != number + 1) {
            place = (place + 1) & tableMask;
        }
        closeGap(place);
        while (oldest < next && show(probe, oldestNumber()).occurrences() == 0) {
            oldest++;
        }
    }

    /** Moves up what was placed behind the gap for want of room, until a place is free. */
    private void closeGap(final int from) {
        int gap = from;
        int place = (gap + 1) & tableMask;
        long there = at(place);
        while (there != 0) {
            final int home = (int)(there >>> 32) & tableMask;
            if (((place - home) & tableMask) >= ((place - gap) & tableMask)) {
                put(gap, there);
                gap = place;
            }
            place = (place + 1) & tableMask;
            there = at(place);
        }
        put(gap, 0);
    }

    /** Number of the oldest entry; there is one. */
    int oldestNumber() {
        return (int)oldest & (capacity - 1);
    }

    /**
     * Lets a flyweight show an entry.
     *
     * @param entry  to wrap.
     * @param number of what it shows.
     * @return the flyweight.
     */
    DedupEntry show(final DedupEntry entry, final int number) {
        long[] chunk = chunks[number / ENTRIES_PER_CHUNK];
        if (chunk == null) {
            chunk = new long[Math.min(capacity, ENTRIES_PER_CHUNK) * DedupEntry.WORDS];
            chunks[number / ENTRIES_PER_CHUNK] = chunk;
        }
        return entry.wrap(chunk, number % ENTRIES_PER_CHUNK * DedupEntry.WORDS);
    }

    private long at(final int place) {
        return table[place];
    }

    private void put(final int place, final long value) {
        table[place] = value;
    }
}
