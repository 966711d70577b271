package herald.dedup;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The events of the last dedup interval, by key. Chronicle Map forgets nothing by itself, so there are two generations
 * of it, on boundaries of journal time: an event that is not in the younger one may be in the older one, whose events'
 * windows are running out.
 *
 * <pre>
 *     generation g - 1      generation g
 *   |-----------------|--------x         |
 *              |<-- interval ->|             any event in its window now is in one of the two
 * </pre>
 *
 * <p>Owned by the dedup stage; another thread may {@link #prepare} the map that comes next.
 */
final class DedupWindows implements AutoCloseable {
    private static final double BLOAT = 2.0;

    private final AtomicReference<ChronicleMap<DedupKey, DedupEntry>> spare = new AtomicReference<>();
    private final DedupEntry scratch = new DedupEntry();
    private ChronicleMap<DedupKey, DedupEntry> younger;
    private ChronicleMap<DedupKey, DedupEntry> older;
    private ChronicleMap<DedupKey, DedupEntry> found;
    private volatile long keyLimit;
    private long intervalNs;
    private long generation = Long.MIN_VALUE;
    private long youngerKeys;

    /**
     * Begins with empty windows.
     *
     * @param newIntervalNs length of a window.
     * @param newKeyLimit   keys held for each generation.
     */
    void configure(final long newIntervalNs, final long newKeyLimit) {
        if (newIntervalNs == intervalNs && newKeyLimit == keyLimit) {
            return;
        }
        close();
        intervalNs = newIntervalNs;
        keyLimit = newKeyLimit;
        younger = create();
        older = create();
        generation = Long.MIN_VALUE;
        youngerKeys = 0;
    }

    /**
     * Finds the event that a key repeats.
     *
     * @param key           of the event.
     * @param journalTimeNs of it.
     * @return the entry, valid until the next call; null where the event is new.
     */
    DedupEntry find(final DedupKey key, final long journalTimeNs) {
        rotateTo(journalTimeNs / intervalNs);
        found = younger;
        DedupEntry entry = younger.getUsing(key, scratch);
        if (entry == null) {
            found = older;
            entry = older.getUsing(key, scratch);
        }
        return entry != null && journalTimeNs - entry.firstSeenNs() < intervalNs ? entry : null;
    }

    /**
     * Remembers one more occurrence of the event that {@link #find} has just returned.
     *
     * @param key   of the event.
     * @param entry of it, changed.
     */
    void update(final DedupKey key, final DedupEntry entry) {
        found.put(key, entry);
    }

    /**
     * Remembers a new event.
     *
     * @param key   of the event.
     * @param entry of it.
     * @return false where the generation holds its limit of keys: the event is not remembered.
     */
    boolean add(final DedupKey key, final DedupEntry entry) {
        if (youngerKeys >= keyLimit) {
            return false;
        }
        youngerKeys++;
        younger.put(key, entry);
        return true;
    }

    /**
     * Puts back what a batch says of an event: at start, in the order of the batches.
     *
     * @param key   of the event.
     * @param entry of it.
     */
    void restore(final DedupKey key, final DedupEntry entry) {
        final long entryGeneration = entry.firstSeenNs() / intervalNs;
        if (entryGeneration > generation) {
            rotateTo(entryGeneration);
        }
        if (entryGeneration == generation) {
            if (!younger.containsKey(key)) {
                youngerKeys++;
            }
            younger.put(key, entry);
        } else if (entryGeneration == generation - 1) {
            older.put(key, entry);
        }
    }

    long keys() {
        return youngerKeys;
    }

    private void rotateTo(final long newGeneration) {
        if (newGeneration <= generation) {
            return;
        }
        final boolean adjacent = newGeneration == generation + 1;
        final ChronicleMap<DedupKey, DedupEntry> outdated = older;
        if (adjacent || youngerKeys == 0) {
            older = younger;
        } else {
            younger.close();
            older = takeSpare();
        }
        outdated.close();
        younger = takeSpare();
        youngerKeys = 0;
        generation = newGeneration;
    }

    private ChronicleMap<DedupKey, DedupEntry> takeSpare() {
        final ChronicleMap<DedupKey, DedupEntry> prepared = spare.getAndSet(null);
        return prepared == null ? create() : prepared;
    }

    /**
     * Makes the map that the next rotation needs. Any thread but one at a time.
     *
     * @return true where one was made.
     */
    boolean prepare() {
        if (keyLimit == 0 || spare.get() != null) {
            return false;
        }
        final long limit = keyLimit;
        final ChronicleMap<DedupKey, DedupEntry> map = create();
        if (limit != keyLimit || !spare.compareAndSet(null, map)) {
            map.close();
        }
        return true;
    }

    private ChronicleMap<DedupKey, DedupEntry> create() {
        return ChronicleMapBuilder.of(DedupKey.class, DedupEntry.class)
            .name("herald-dedup")
            .entries(keyLimit)
            .actualSegments(1)
            .maxBloatFactor(BLOAT)
            .constantKeySizeBySample(new DedupKey(0, 0))
            .constantValueSizeBySample(new DedupEntry())
            .keyMarshallers(DedupMarshallers.KeyMarshaller.INSTANCE, DedupMarshallers.KeyMarshaller.INSTANCE)
            .valueMarshallers(DedupMarshallers.EntryMarshaller.INSTANCE, DedupMarshallers.EntryMarshaller.INSTANCE)
            .checksumEntries(false)
            .putReturnsNull(true)
            .skipCloseOnExitHook(true)
            .create();
    }

    @Override
    public void close() {
        closeQuietly(younger);
        closeQuietly(older);
        closeQuietly(spare.getAndSet(null));
        younger = null;
        older = null;
    }

    private static void closeQuietly(final ChronicleMap<DedupKey, DedupEntry> map) {
        if (map != null) {
            map.close();
        }
    }
}
