package herald.dedup;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.agrona.BitUtil;

/**
 * What the index had no room for, of the events first seen in one interval: a Chronicle Map, and before it a filter
 * (Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, 1970) which spares most new events a look into
 * the map. Owned by one thread at a time.
 */
final class DedupGeneration implements AutoCloseable {
    private static final double BLOAT = 2.0;
    private static final int FILTER_BITS_PER_KEY = 8;
    private static final int MAX_FILTER_WORDS = 1 << 26;

    private final long keyLimit;
    private final ChronicleMap<DedupKey, DedupEntry> map;
    private final long[] filter;

    /**
     * An empty generation.
     *
     * @param keyLimit the most keys that it will hold.
     */
    DedupGeneration(final long keyLimit) {
        this.keyLimit = keyLimit;
        final long entries = DedupBounds.entries(keyLimit);
        final long words = Math.min(MAX_FILTER_WORDS, entries * FILTER_BITS_PER_KEY / Long.SIZE + 1);
        this.filter = new long[BitUtil.findNextPositivePowerOfTwo((int)words)];
        this.map = ChronicleMapBuilder.of(DedupKey.class, DedupEntry.class)
            .name("herald-dedup")
            .entries(entries)
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

    long keyLimit() {
        return keyLimit;
    }

    void put(final DedupKey key, final DedupEntry entry) {
        filter[wordOf(key)] |= bitsOf(key);
        try {
            map.put(key, entry);
        } catch (final IllegalStateException e) {
            throw new IllegalStateException("the " + map.size() + " keys of one dedup interval are all that this " +
                "host has room for, the limit that the journal says is " + keyLimit + ": allow a greater heap with " +
                "HERALD_JAVA_OPTS=-Xmx..., or give the host more memory", e);
        }
    }

    /**
     * Looks a key up.
     *
     * @param key   of the event.
     * @param using to fill in.
     * @return whether the key is here: {@code using} says what is known of it.
     */
    boolean find(final DedupKey key, final DedupEntry using) {
        final long bits = bitsOf(key);
        return (filter[wordOf(key)] & bits) == bits && map.getUsing(key, using) != null;
    }

    private int wordOf(final DedupKey key) {
        return (int)key.high() & (filter.length - 1);
    }

    /** Three bits of a word, by hash bits that choose neither word nor place in the index. */
    private static long bitsOf(final DedupKey key) {
        final long hash = key.high() >>> 32;
        return (1L << hash) | (1L << (hash >>> 6)) | (1L << (hash >>> 12));
    }

    @Override
    public void close() {
        map.close();
    }
}
