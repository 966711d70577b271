package herald.tools.torture;

import herald.verify.DispatchedBatches;

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
        return Optional.ofNullable(JournalCheck.firstDifference(evidence.recorded(), evidence.journal()))
            .or(() -> Optional.ofNullable(dispatchDifference(evidence.dispatch())))
            .or(() -> Optional.ofNullable(
                IdentityCheck.firstDifference(evidence.journal(), evidence.dispatch())))
            .or(() -> collectorDifference(evidence))
            .or(() -> Optional.ofNullable(CounterCheck.firstDifference(
                evidence.counters(), evidence.journal().events().size(), plan)))
            .orElse(null);
    }

    private static String dispatchDifference(final Evidence.DispatchContent dispatch) {
        return dispatch.losses().isEmpty() ?
            DispatchedBatches.firstDifference(dispatch.expected(), dispatch.actual()) :
            "dispatch log: " + dispatch.losses().get(0);
    }

    private static Optional<String> collectorDifference(final Evidence evidence) {
        for (int i = 0; i < evidence.collectors().size(); i++) {
            final String difference = DeliveryCheck.firstDifference(evidence.collectors().get(i),
                evidence.dispatch().entries(), evidence.journal().events().size());
            if (difference != null) {
                return Optional.of("collector " + i + ": " + difference);
            }
        }
        return Optional.empty();
    }
}
