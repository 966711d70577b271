package herald.dedup;

import herald.io.ProcessEnd;
import org.agrona.BitUtil;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The events of the last dedup interval, by key, in two tiers. The {@link DedupIndex} holds the youngest. What it has
 * no room for goes on to a {@link DedupGeneration}, unless its window is over by then: a key costs a look into a map
 * only where more keys are alive than the index holds. Maps forget nothing by themselves, so there are two generations
 * of them, on boundaries of journal time.
 *
 * <pre>
 *   new, repeated ──► index ──── oldest, still in its window ────► map of its generation
 *                       ▲                                            |
 *                       '──────────────── repeated ──────────────────'
 *
 *     generation g - 1      generation g
 *   |-----------------|--------x         |
 *              |<-- interval ->|             any event in its window now is in one of the two, or in the index
 * </pre>
 *
 * <p>What the index says of a key is newer than what a map says. Neither the index's length nor the way of an entry
 * through the tiers changes any answer. Owned by the dedup stage; another thread may {@link #prepare} the map that
 * comes next.
 */
final class DedupWindows implements AutoCloseable {
    private static final int EXPIRIES_PER_EVENT = 2;
    /** So many keys after a place of the table was called for, it is there. */
    private static final int AHEAD = 8;

    private final int indexLimit;
    private final AtomicReference<DedupGeneration> spare = new AtomicReference<>();
    private final AtomicReference<DedupGeneration> outdated = new AtomicReference<>();
    private final DedupEntry entry = new DedupEntry();
    private final DedupEntry evicted = new DedupEntry();
    private final DedupEntry mapped = new DedupEntry();
    private final DedupKey evictedKey = new DedupKey(0, 0);
    private final long[] aheadLows = new long[AHEAD];
    private int aheadCount;
    private DedupIndex index;
    private DedupGeneration younger;
    private DedupGeneration older;
    private volatile long keyLimit;
    private volatile boolean mapWanted;
    private long intervalNs;
    private long generation = Long.MIN_VALUE;
    private long youngerKeys;

    /**
     * Windows that remember nothing yet.
     *
     * @param indexLimit the most keys held in the index.
     */
    DedupWindows(final int indexLimit) {
        this.indexLimit = indexLimit;
    }

    /**
     * Begins anew with empty windows.
     *
     * @param newIntervalNs length of a window.
     * @param newKeyLimit   keys held for each generation.
     */
    void configure(final long newIntervalNs, final long newKeyLimit) {
        close();
        intervalNs = newIntervalNs;
        keyLimit = newKeyLimit;
        final long useful = Math.min(indexLimit, 2 * Math.min(newKeyLimit, DedupIndex.MAX_CAPACITY / 2));
        index = new DedupIndex(BitUtil.findNextPositivePowerOfTwo((int)useful));
        generation = Long.MIN_VALUE;
        youngerKeys = 0;
    }

    /**
     * Calls for the memory in which {@link #find} will look for a key: its place in the table, and the entry of a key
     * that was called for a little earlier.
     *
     * @param key of an event that is not handled yet.
     */
    void onAhead(final DedupKey key) {
        final int next = aheadCount++ & (AHEAD - 1);
        if (index != null) {
            index.callForEntry(aheadLows[next]);
            index.callForPlace(key.low());
        }
        aheadLows[next] = key.low();
    }

    /**
     * Finds the event that a key repeats.
     *
     * @param key           of the event.
     * @param journalTimeNs of it.
     * @return its entry, to be changed in place, valid until the next call; null where the event is new.
     */
    DedupEntry find(final DedupKey key, final long journalTimeNs) {
        rotateTo(journalTimeNs / intervalNs);
        final int number = index.find(key.high(), key.low());
        if (number != DedupIndex.NONE) {
            if (isInWindow(index.show(entry, number), journalTimeNs)) {
                return entry;
            }
            index.remove(number);
            return null;
        }
        if (isMapped(key) && isInWindow(mapped, journalTimeNs)) {
            append(key, journalTimeNs).copyFrom(mapped);
            return entry.key(key.high(), key.low());
        }
        return null;
    }

    private boolean isMapped(final DedupKey key) {
        return (younger != null && younger.find(key, mapped)) || (older != null && older.find(key, mapped));
    }

    private boolean isInWindow(final DedupEntry of, final long journalTimeNs) {
        return journalTimeNs - of.firstSeenNs() < intervalNs;
    }

    /**
     * Remembers a new event, one that {@link #find} has just not found.
     *
     * @param key           of the event.
     * @param journalTimeNs of it.
     * @return its entry, to be filled in, valid until the next call; null where the generation holds its limit of keys:
     *         the event is not remembered.
     */
    DedupEntry add(final DedupKey key, final long journalTimeNs) {
        if (youngerKeys >= keyLimit) {
            return null;
        }
        youngerKeys++;
        return append(key, journalTimeNs);
    }

    private DedupEntry append(final DedupKey key, final long journalTimeNs) {
        for (int i = 0; i < EXPIRIES_PER_EVENT && !index.isEmpty(); i++) {
            final int oldest = index.oldestNumber();
            if (isInWindow(index.show(evicted, oldest), journalTimeNs)) {
                break;
            }
            index.remove(oldest);
        }
        if (index.isFull()) {
            evictOldest();
        }
        if (!mapWanted && index.size() >= index.capacity() / 2) {
            mapWanted = true;
        }
        return index.show(entry, index.append(key.high(), key.low()));
    }

    private void evictOldest() {
        final int oldest = index.oldestNumber();
        index.show(evicted, oldest);
        evictedKey.set(evicted.keyHigh(), evicted.keyLow());
        final long evictedGeneration = evicted.firstSeenNs() / intervalNs;
        if (evictedGeneration == generation) {
            younger = younger == null ? takeSpare() : younger;
            younger.put(evictedKey, evicted);
        } else if (evictedGeneration == generation - 1) {
            older = older == null ? takeSpare() : older;
            older.put(evictedKey, evicted);
        }
        index.remove(oldest);
    }

    /**
     * Puts back what a batch says of an event: at start, in the order of the batches.
     *
     * @param key      of the event.
     * @param restored entry of it.
     */
    void restore(final DedupKey key, final DedupEntry restored) {
        final long restoredGeneration = restored.firstSeenNs() / intervalNs;
        rotateTo(restoredGeneration);
        if (restoredGeneration < generation - 1) {
            return;
        }
        final DedupEntry known = known(key);
        final boolean isNewer = known == null || restored.firstSeenNs() > known.firstSeenNs();
        if (isNewer && restoredGeneration == generation) {
            youngerKeys++;
        }
        if (known == null) {
            append(key, restored.firstSeenNs());
        } else if (restored.firstSeenNs() < known.firstSeenNs()) {
            return;
        }
        entry.copyFrom(restored).key(key.high(), key.low());
    }

    /** What either tier says of a key, in its window or not: in the index, wherever it was. */
    private DedupEntry known(final DedupKey key) {
        final int number = index.find(key.high(), key.low());
        if (number != DedupIndex.NONE) {
            return index.show(entry, number);
        }
        return isMapped(key) ?
            append(key, mapped.firstSeenNs()).copyFrom(mapped).key(key.high(), key.low()) : null;
    }

    long keys() {
        return youngerKeys;
    }

    private void rotateTo(final long newGeneration) {
        if (newGeneration <= generation) {
            return;
        }
        discard(older);
        if (newGeneration == generation + 1) {
            older = younger;
        } else {
            discard(younger);
            older = null;
        }
        younger = null;
        youngerKeys = 0;
        generation = newGeneration;
        mapWanted = false;
    }

    /** Closing a map takes long: it is left to {@link #prepare} where that has come by since the last time. */
    private void discard(final DedupGeneration unused) {
        if (unused != null) {
            closeQuietly(outdated.getAndSet(unused));
        }
    }

    private DedupGeneration takeSpare() {
        final DedupGeneration prepared = spare.getAndSet(null);
        return prepared == null ? new DedupGeneration(keyLimit) : prepared;
    }

    /**
     * Makes the map that is wanted next, if any, and closes the one that is not needed any more. In a process that is
     * ending none is made ahead: Chronicle registers a shutdown hook with the first one. Any thread but one at a time.
     *
     * @return true where one was made.
     */
    boolean prepare() {
        closeQuietly(outdated.getAndSet(null));
        if (!mapWanted || spare.get() != null || ProcessEnd.hasBegun()) {
            return false;
        }
        final DedupGeneration made;
        try {
            made = new DedupGeneration(keyLimit);
        } catch (final LinkageError e) {
            if (ProcessEnd.hasBegun()) {
                // It began meanwhile.
                return false;
            }
            throw e;
        }
        if (made.keyLimit() != keyLimit || !spare.compareAndSet(null, made)) {
            made.close();
        }
        return true;
    }

    @Override
    public void close() {
        closeQuietly(younger);
        closeQuietly(older);
        closeQuietly(spare.getAndSet(null));
        closeQuietly(outdated.getAndSet(null));
        younger = null;
        older = null;
        mapWanted = false;
    }

    private static void closeQuietly(final DedupGeneration unused) {
        if (unused != null) {
            unused.close();
        }
    }
}
