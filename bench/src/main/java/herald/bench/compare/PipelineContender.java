package herald.bench.compare;

import herald.engine.PipelineRun;
import herald.engine.PipelineShape;

import java.io.IOException;
import java.util.Map;

/**
 * Herald's pipeline in this process, from the ring to the dispatch log. Stays open for all rounds; its counts are
 * checked at the end.
 */
final class PipelineContender implements Contender {
    private final String name;
    private final PipelineRun run;

    PipelineContender(final String name, final PipelineShape shape) throws IOException {
        this.name = name;
        this.run = new PipelineRun(shape);
    }

    @Override
    public Map<String, Double> measure(final long durationNs) {
        return Map.of(name, run.measure(durationNs).eventsPerSecond());
    }

    @Override
    public void close() {
        try (run) {
            run.finish();
        }
    }
}
