package herald.stage;

import herald.event.EventDefaults;

/**
 * What a proxy sets when it starts, and when it is told otherwise while it runs. It is journaled, so that the dispatch
 * log follows from the journal alone.
 *
 * @param runId           of the proxy.
 * @param dedupIntervalNs how long repeats are folded, from the first occurrence on.
 * @param batchIntervalNs how long a batch collects.
 * @param dedupKeyLimit   keys held for each dedup generation.
 * @param batchLengthLimit bytes of a batch at most.
 * @param defaults        what is filled in where an event leaves it open.
 * @param maintenance     whether events of the types that are marked so are suppressed: journaled, not dispatched.
 * @param rules           by which events are folded and put in order.
 */
public record ProxyStart(
    long runId,
    long dedupIntervalNs,
    long batchIntervalNs,
    long dedupKeyLimit,
    int batchLengthLimit,
    EventDefaults defaults,
    boolean maintenance,
    FoldingRules rules) {
    /**
     * The same settings but for one.
     *
     * @param on whether events of the types that are marked so are suppressed.
     * @return the settings.
     */
    public ProxyStart withMaintenance(final boolean on) {
        return new ProxyStart(
            runId, dedupIntervalNs, batchIntervalNs, dedupKeyLimit, batchLengthLimit, defaults, on, rules);
    }

    /**
     * Whether dedup forgets its windows where this comes after other settings.
     *
     * @param before what applied until then; null where nothing did.
     * @return true where interval, limit or what makes two events the same differ.
     */
    public boolean forgetsWindowsOf(final ProxyStart before) {
        return before == null ||
            dedupIntervalNs != before.dedupIntervalNs() || dedupKeyLimit != before.dedupKeyLimit() ||
            !rules.equals(before.rules());
    }
}
