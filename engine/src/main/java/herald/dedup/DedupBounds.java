package herald.dedup;

import herald.io.HostBounds;

/**
 * How many keys deduplication can hold on this host.
 */
public final class DedupBounds {
    /** Keys held for each interval where nothing else is configured. */
    public static final int DEFAULT_KEYS = 1_000_000;

    /** Of a filter, for each of three generations, rounded up to a power of two. */
    private static final int HEAP_PER_KEY = 6;
    /** Of a map beside the heap, in each of two generations. */
    private static final int MEMORY_PER_KEY = 2 * 128;
    private static final int INDEX_PER_KEY = 80;

    private DedupBounds() {
    }

    /**
     * The most keys for each interval: their filters take a quarter of the heap, and their maps half of the memory.
     *
     * @return above 0.
     */
    public static long keys() {
        return Math.min(HostBounds.heap() / 4 / HEAP_PER_KEY, HostBounds.memory() / 2 / MEMORY_PER_KEY);
    }

    /**
     * The most keys of the index: half of the heap.
     *
     * @return above 0.
     */
    public static long indexKeys() {
        return Math.min(DedupHandler.MAX_INDEX_LIMIT, HostBounds.heap() / 2 / INDEX_PER_KEY);
    }

    /** A journal may say a limit that held on another host: then a map is as large as it can be here. */
    static long entries(final long keyLimit) {
        return Math.min(keyLimit, Math.max(DEFAULT_KEYS, keys()));
    }
}
