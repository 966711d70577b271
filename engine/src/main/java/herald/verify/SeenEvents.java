package herald.verify;

import java.util.UUID;

/**
 * Events of the last dedup interval, oldest first, by what makes two of them the same: any number of them, outside the
 * heap. One thread.
 *
 * <pre>
 *   table, twice as many places as entries      entries, a ring, 64 bytes each
 *   | entry + 1 | ──►                           oldest ... youngest
 * </pre>
 */
final class SeenEvents implements AutoCloseable {
    private static final long NONE = -1;
    private static final int MIN_CAPACITY = 1024;
    private static final int WORDS = 8;
    private static final int HASH_HIGH = 0;
    private static final int HASH_LOW = 1;
    private static final int ID_HIGH = 2;
    private static final int ID_LOW = 3;
    private static final int FIRST_SEEN = 4;
    private static final int FIRST_RECORD = 5;
    private static final int POSITION = 6;
    private static final int COUNT = 7;

    private final IdentityHash hash = new IdentityHash();
    private long capacity;
    private ScratchMemory table;
    private ScratchMemory entries;
    private long oldest;
    private long next;

    /**
     * What is remembered of an event.
     *
     * @param id            of it.
     * @param firstSeenNs   journal time of its first occurrence.
     * @param firstRecordNs the recorder's clock then.
     * @param position      of its first occurrence in the journal.
     * @param count         of its occurrences so far.
     */
    record Seen(UUID id, long firstSeenNs, long firstRecordNs, long position, long count) {
    }

    SeenEvents() {
        allocate(MIN_CAPACITY);
    }

    private void allocate(final long newCapacity) {
        capacity = newCapacity;
        entries = new ScratchMemory(capacity * WORDS);
        table = new ScratchMemory(capacity * 2);
    }

    long size() {
        return next - oldest;
    }

    /**
     * What is remembered of an event.
     *
     * @param identity of it.
     * @return null where it is none of those here.
     */
    Seen find(final ModelEvent.Identity identity) {
        final long entry = entryOf(identity);
        return entry == NONE ? null : seen(entry);
    }

    /**
     * Takes note of another occurrence of an event.
     *
     * @param identity of it.
     * @return it, with that one; null where it is none of those here.
     */
    Seen touch(final ModelEvent.Identity identity) {
        final long entry = entryOf(identity);
        if (entry == NONE) {
            return null;
        }
        set(entry, COUNT, word(entry, COUNT) + 1);
        return seen(entry);
    }

    /**
     * Takes in an event that is none of those here, as the youngest.
     *
     * @param identity of it.
     * @param seen     what to remember.
     */
    void add(final ModelEvent.Identity identity, final Seen seen) {
        if (size() == capacity) {
            grow();
        }
        hash.of(identity);
        append(hash.high(), hash.low(), seen);
    }

    /**
     * Corrects what is remembered of an event.
     *
     * @param identity of one of those here.
     * @param seen     instead.
     */
    void replace(final ModelEvent.Identity identity, final Seen seen) {
        fill(entryOf(identity), seen);
    }

    /**
     * Walks all of them, the oldest first.
     *
     * @param index from 0.
     * @return when it was first seen.
     */
    long firstSeenNs(final long index) {
        return word((oldest + index) & (capacity - 1), FIRST_SEEN);
    }

    /** Forgets those that were first seen at a time or before, as far as nothing older is younger in here. */
    void forgetUpTo(final long timeNs) {
        while (size() > 0 && firstSeenNs(0) <= timeNs) {
            remove(placeOf(oldest & (capacity - 1)));
            oldest++;
        }
    }

    void clear() {
        close();
        oldest = 0;
        next = 0;
        allocate(MIN_CAPACITY);
    }

    private Seen seen(final long entry) {
        return new Seen(new UUID(word(entry, ID_HIGH), word(entry, ID_LOW)), word(entry, FIRST_SEEN),
            word(entry, FIRST_RECORD), word(entry, POSITION), word(entry, COUNT));
    }

    private void fill(final long entry, final Seen seen) {
        set(entry, ID_HIGH, seen.id().getMostSignificantBits());
        set(entry, ID_LOW, seen.id().getLeastSignificantBits());
        set(entry, FIRST_SEEN, seen.firstSeenNs());
        set(entry, FIRST_RECORD, seen.firstRecordNs());
        set(entry, POSITION, seen.position());
        set(entry, COUNT, seen.count());
    }

    private void append(final long high, final long low, final Seen seen) {
        final long entry = next & (capacity - 1);
        set(entry, HASH_HIGH, high);
        set(entry, HASH_LOW, low);
        fill(entry, seen);
        long place = firstPlace(low);
        while (table.get(place) != 0) {
            place = following(place);
        }
        table.set(place, entry + 1);
        next++;
    }

    private long entryOf(final ModelEvent.Identity identity) {
        hash.of(identity);
        long place = firstPlace(hash.low());
        for (long there = table.get(place); there != 0; there = table.get(place)) {
            if (word(there - 1, HASH_LOW) == hash.low() && word(there - 1, HASH_HIGH) == hash.high()) {
                return there - 1;
            }
            place = following(place);
        }
        return NONE;
    }

    private long placeOf(final long entry) {
        long place = firstPlace(word(entry, HASH_LOW));
        while (table.get(place) != entry + 1) {
            place = following(place);
        }
        return place;
    }

    /** Those behind it that could stand there move up: nothing marks a place where one was. */
    private void remove(final long removed) {
        long hole = removed;
        long place = following(hole);
        for (long there = table.get(place); there != 0; there = table.get(place)) {
            final long wanted = firstPlace(word(there - 1, HASH_LOW));
            if (((place - wanted) & mask()) >= ((place - hole) & mask())) {
                table.set(hole, there);
                hole = place;
            }
            place = following(place);
        }
        table.set(hole, 0);
    }

    private void grow() {
        final ScratchMemory oldTable = table;
        final ScratchMemory oldEntries = entries;
        final long oldCapacity = capacity;
        final long from = oldest;
        final long to = next;
        allocate(capacity * 2);
        oldest = 0;
        next = 0;
        for (long number = from; number < to; number++) {
            final long old = (number & (oldCapacity - 1)) * WORDS;
            append(oldEntries.get(old + HASH_HIGH), oldEntries.get(old + HASH_LOW), new Seen(
                new UUID(oldEntries.get(old + ID_HIGH), oldEntries.get(old + ID_LOW)),
                oldEntries.get(old + FIRST_SEEN), oldEntries.get(old + FIRST_RECORD), oldEntries.get(old + POSITION),
                oldEntries.get(old + COUNT)));
        }
        oldTable.close();
        oldEntries.close();
    }

    private long mask() {
        return capacity * 2 - 1;
    }

    private long firstPlace(final long low) {
        return low & mask();
    }

    private long following(final long place) {
        return (place + 1) & mask();
    }

    private long word(final long entry, final int word) {
        return entries.get(entry * WORDS + word);
    }

    private void set(final long entry, final int word, final long value) {
        entries.set(entry * WORDS + word, value);
    }

    @Override
    public void close() {
        table.close();
        entries.close();
    }
}
