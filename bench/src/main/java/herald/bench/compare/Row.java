package herald.bench.compare;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A line of the table: one figure of each round, made of what the contenders measured in it, and what it should be.
 *
 * @param name       of it, also for {@code --only}.
 * @param group      measured together, in turns.
 * @param contenders that it needs.
 * @param figure     of a round.
 * @param goal       what it should be; null where it is there to be looked at.
 * @param rawFigure  whose spread says whether the row means anything; null where there is no such rule.
 */
record Row(
    String name,
    Group group,
    List<String> contenders,
    ToDoubleFunction<Map<String, Double>> figure,
    Goal goal,
    String rawFigure) {
    /** Rows that are measured together. */
    enum Group {
        /** Ring to dispatch log, and the limits of it. */
        IN_PROCESS(500, 5_000, 5, 5),
        /** Recorder and proxy processes, and the peers. */
        PROCESSES(3_000, 60_000, 1, 3),
        /** From a call to its end. */
        LATENCY(400, 5_000, 9, 9),
        /** What an event costs in the pipeline where it has more to look after. */
        COST(500, 5_000, 5, 5),
        /** Figures of Herald alone. */
        ALONE(1_200, 5_000, 1, 3);

        private final int quickMs;
        private final int fullMs;
        private final int quickRounds;
        private final int fullRounds;

        Group(final int quickMs, final int fullMs, final int quickRounds, final int fullRounds) {
            this.quickMs = quickMs;
            this.fullMs = fullMs;
            this.quickRounds = quickRounds;
            this.fullRounds = fullRounds;
        }

        long durationMs(final boolean quick) {
            return quick ? quickMs : fullMs;
        }

        int rounds(final boolean quick) {
            return quick ? quickRounds : fullRounds;
        }
    }

    /** Which figures are good. */
    enum Better {
        /** The higher the better. */
        HIGHER,
        /** The lower the better. */
        LOWER
    }

    /** What a row comes to. */
    enum Verdict {
        /** At its must, or better. */
        OK,
        /** Not at its must. */
        BELOW,
        /** The raw side itself spreads over more than twice its least. */
        NOISY,
        /** Nothing is asked of it. */
        NONE
    }

    /**
     * What a row should be.
     *
     * @param better which figures are.
     * @param unit   of them; "x" for ratios.
     * @param must   at least, or at most.
     * @param aim    what is wished for.
     */
    record Goal(Better better, String unit, double must, double aim) {
        boolean isReachedBy(final double value) {
            return better == Better.HIGHER ? value >= must : value <= must;
        }
    }

    Verdict verdict(final double value, final boolean noisy) {
        if (goal == null) {
            return Verdict.NONE;
        }
        if (goal.isReachedBy(value)) {
            return Verdict.OK;
        }
        return noisy ? Verdict.NOISY : Verdict.BELOW;
    }
}
