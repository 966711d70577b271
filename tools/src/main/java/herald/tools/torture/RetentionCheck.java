package herald.tools.torture;

import herald.link.CounterId;
import herald.stage.ProxyCounter;

import java.util.Map;

/**
 * Checks what retention has left: as much of each log as its settings say, whole in itself, and every release counted.
 */
final class RetentionCheck {
    private RetentionCheck() {
    }

    /**
     * Finds what retention did wrong.
     *
     * @param evidence of a round.
     * @param plan     of the round.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Evidence evidence, final RoundPlan plan) {
        final Evidence.Kept journal = evidence.journal().kept();
        final Evidence.Kept dispatch = evidence.dispatch().kept();
        final String unaccounted = RollbackCheck.unaccounted(evidence);
        if (unaccounted != null) {
            return unaccounted;
        }
        if (isTooShort(journal, plan.retention("journalRetention"))) {
            return "the journal keeps only " + journal;
        }
        if (isTooShort(dispatch, plan.retention("dispatchRetention"))) {
            return "the dispatch log keeps only " + dispatch;
        }
        return counted(evidence.counters(), journal.released() + dispatch.released(),
            CounterCheck.kills(plan) > 0);
    }

    private static boolean isTooShort(final Evidence.Kept kept, final long retention) {
        return kept.released() > 0 && kept.toPosition() - kept.fromPosition() < retention;
    }

    /** Segments are counted after they are deleted: a kill in between leaves them uncounted. */
    private static String counted(final Map<CounterId, Long> counters, final long released, final boolean killed) {
        final long counted = counters.get(ProxyCounter.SEGMENTS_RELEASED);
        return counted > released || (counted < released && !killed) ?
            "counter \"" + ProxyCounter.SEGMENTS_RELEASED.label() + "\" is " + counted + ", and " + released +
                " segments are gone" : null;
    }
}
