package herald.dedup;

/**
 * Makes what dedup remembers of an event.
 */
public final class Entries {
    private Entries() {
    }

    /**
     * An entry.
     *
     * @param idHigh      of the event.
     * @param idLow       of the event.
     * @param firstSeenNs of it.
     * @param count       of its occurrences.
     * @return it.
     */
    public static DedupEntry of(final long idHigh, final long idLow, final long firstSeenNs, final long count) {
        return new DedupEntry().identify(idHigh, idLow).firstSeen(firstSeenNs, 0, 0).occurrences(count);
    }
}
