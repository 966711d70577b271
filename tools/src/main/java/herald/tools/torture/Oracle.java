package herald.tools.torture;

import herald.stage.ProxyCounter;
import herald.verify.DispatchedBatches;

import java.util.List;
import java.util.Optional;

/**
 * Judges what a round has left behind: does it agree with what Herald promises, to the last event?
 */
final class Oracle {
    private Oracle() {
    }

    /**
     * Compares evidence with the promises.
     *
     * @param evidence of a round.
     * @param plan     of the round.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Evidence evidence, final RoundPlan plan) {
        return Optional.ofNullable(JournalCheck.firstDifference(evidence.recorded(), evidence.journal(),
                evidence.abandoned() == null ? List.of() : evidence.abandoned().events()))
            .or(() -> Optional.ofNullable(RollbackCheck.firstDifference(evidence, CounterCheck.kills(plan) > 0)))
            .or(() -> Optional.ofNullable(dispatchDifference(evidence.dispatch())))
            .or(() -> Optional.ofNullable(
                IdentityCheck.firstDifference(evidence.journal(), evidence.dispatch())))
            .or(() -> abandonedDifference(evidence.abandoned()))
            .or(() -> collectorDifference(evidence))
            .or(() -> Optional.ofNullable(ManagerCheck.firstDifference(evidence.stored(),
                evidence.dispatch().entries(),
                evidence.abandoned() == null ? List.of() : evidence.abandoned().entries())))
            .or(() -> Optional.ofNullable(CounterCheck.firstDifference(
                evidence.counters(), evidence.journal().events().size(), plan)))
            .or(() -> Optional.ofNullable(RetentionCheck.firstDifference(evidence, plan)))
            .orElse(null);
    }

    private static String dispatchDifference(final Evidence.DispatchContent dispatch) {
        return dispatch.losses().isEmpty() ?
            DispatchedBatches.firstDifference(dispatch.expected(), dispatch.actual()) :
            "dispatch log: " + dispatch.losses().get(0);
    }

    private static Optional<String> abandonedDifference(final Evidence.Abandoned abandoned) {
        if (abandoned == null) {
            return Optional.empty();
        }
        for (int i = 0; i < abandoned.collectors().size(); i++) {
            final String difference = DeliveryCheck.ofUnfinished(
                abandoned.collectors().get(i), abandoned.entries(), abandoned.keptFrom());
            if (difference != null) {
                return Optional.of("collector " + i + ", before the data directory was put back: " + difference);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> collectorDifference(final Evidence evidence) {
        long lostBytes = 0;
        for (int i = 0; i < evidence.collectors().size(); i++) {
            final DeliveryCheck.Result result = DeliveryCheck.of(evidence.collectors().get(i),
                evidence.dispatch().entries(), evidence.dispatch().kept().fromPosition(),
                evidence.journal().events().size());
            if (result.difference() != null) {
                return Optional.of("collector " + i + ": " + result.difference());
            }
            lostBytes += result.lostBytes();
        }
        return uncounted(evidence, lostBytes);
    }

    /** A range is counted again at each start until the bookmark is past it, and has more in it than batches. */
    private static Optional<String> uncounted(final Evidence evidence, final long lostBytes) {
        final long counted = evidence.counters().get(ProxyCounter.WRITER_LOST_BYTES);
        return counted < lostBytes || (counted > 0 && evidence.dispatch().kept().released() == 0) ?
            Optional.of("counter \"" + ProxyCounter.WRITER_LOST_BYTES.label() + "\" is " + counted + ", and " +
                "collectors missed " + lostBytes + " bytes and " + evidence.dispatch().kept().released() +
                " segments are gone") : Optional.empty();
    }
}
