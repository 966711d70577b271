package herald.bench.compare;

import herald.engine.PipelineRun;
import herald.engine.PipelineShape;

import java.io.IOException;
import java.util.Map;

/**
 * Opening the logs of a proxy whose journal has to be replayed from its beginning, since there is no dispatch log.
 */
final class ReplayContender implements Contender {
    /** Its name and its figure's. */
    static final String NAME = "replay";

    private static final int REPEAT_PERCENT = 90;

    @Override
    public Map<String, Double> measure(final long durationNs) throws IOException {
        try (PipelineRun run = new PipelineRun(PipelineShape.repeating(REPEAT_PERCENT).keepingJournal())) {
            run.measure(durationNs);
            return Map.of(NAME, run.replay().eventsPerSecond());
        }
    }
}
