package herald.event;

/**
 * Identity of an event: a UUID of version 8 (RFC 9562, section 5.8) made from what the recorder gave it, so that it
 * needs no random generator, is the same in every replay and sorts by time.
 *
 * <pre>
 *   high: 48 bits recorder's wall clock in ms | 4 bits version 8 | 12 bits of the recorder id's hash
 *   low:   2 bits variant | 28 low bits of the sequence | 34 more bits of the recorder id's hash
 * </pre>
 *
 * <p>Two events of one recorder differ in time or sequence; those of two recorders in 46 bits of hash, should they
 * share millisecond and sequence.
 */
public final class EventId {
    private static final long NS_PER_MS = 1_000_000L;
    private static final long VERSION = 0x8000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private EventId() {
    }

    /**
     * The upper half.
     *
     * @param recorderIdHigh upper half of the recorder's id.
     * @param recorderIdLow  lower half of the recorder's id.
     * @param recordTimeNs   the recorder's wall clock, ns since the epoch.
     * @return most significant bits of the UUID.
     */
    public static long high(final long recorderIdHigh, final long recorderIdLow, final long recordTimeNs) {
        final long hash = hash(recorderIdHigh, recorderIdLow);
        return ((recordTimeNs / NS_PER_MS) << 16) | VERSION | (hash >>> 52);
    }

    /**
     * The lower half.
     *
     * @param recorderIdHigh upper half of the recorder's id.
     * @param recorderIdLow  lower half of the recorder's id.
     * @param sequence       of the event.
     * @return least significant bits of the UUID.
     */
    public static long low(final long recorderIdHigh, final long recorderIdLow, final long sequence) {
        final long hash = hash(recorderIdHigh, recorderIdLow);
        return VARIANT | ((sequence & 0xFFF_FFFFL) << 34) | (hash & 0x3_FFFF_FFFFL);
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood, 2014), over both halves. */
    private static long hash(final long high, final long low) {
        return mix(mix(high) + low);
    }

    private static long mix(final long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
