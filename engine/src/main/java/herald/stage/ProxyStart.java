package herald.stage;

import herald.event.EventDefaults;

/**
 * What a proxy sets when it starts. It is journaled, so that the dispatch log follows from the journal alone.
 *
 * @param runId           of the proxy.
 * @param dedupIntervalNs how long repeats are folded, from the first occurrence on.
 * @param batchIntervalNs how long a batch collects.
 * @param dedupKeyLimit   keys held for each dedup generation.
 * @param batchLengthLimit bytes of a batch at most.
 * @param defaults        what is filled in where an event leaves it open.
 */
public record ProxyStart(
    long runId,
    long dedupIntervalNs,
    long batchIntervalNs,
    long dedupKeyLimit,
    int batchLengthLimit,
    EventDefaults defaults) {
    /**
     * Whether dedup forgets its windows where this comes after other settings.
     *
     * @param before what applied until then; null where nothing did.
     * @return true where interval or limit differ.
     */
    public boolean forgetsWindowsOf(final ProxyStart before) {
        return before == null ||
            dedupIntervalNs != before.dedupIntervalNs() || dedupKeyLimit != before.dedupKeyLimit();
    }
}
