package herald.bench.compare;

import herald.bench.rig.LatencyResult;
import herald.bench.rig.RigNode;
import herald.bench.rig.RigSettings;
import herald.bench.rig.ThroughputResult;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A node of real processes, started anew for each measurement, so that none of it spins beside what comes next.
 */
final class NodeContender implements Contender {
    private static final double MIB = 1024 * 1024;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    private final String name;
    private final RigSettings settings;
    private final long rate;

    /**
     * A node.
     *
     * @param name     of the figures.
     * @param settings of it.
     * @param rate     events/s; 0 for as many as it takes.
     */
    NodeContender(final String name, final RigSettings settings, final long rate) {
        this.name = name;
        this.settings = settings;
        this.rate = rate;
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Duration measure = Duration.ofNanos(durationNs);
        final Duration warmup = warmup(measure);
        try (RigNode node = RigNode.start(settings)) {
            return rate == 0 ? figures(node.throughput(warmup, measure)) :
                figures(name, node.latency(rate, warmup, measure));
        }
    }

    static Duration warmup(final Duration measure) {
        final Duration longest = Duration.ofSeconds(5);
        return measure.compareTo(longest) > 0 ? longest : measure;
    }

    private Map<String, Double> figures(final ThroughputResult result) {
        return Map.of(
            name, result.ratePerSecond(),
            name + ".dedup-keys", (double)result.dedupKeyLimit(),
            name + ".resident-mib", result.residentLength() / MIB);
    }

    static Map<String, Double> figures(final String name, final LatencyResult result) {
        final Map<String, Double> figures = new HashMap<>();
        put(figures, name + ".call", result.call());
        put(figures, name + ".acknowledged", result.acknowledged());
        figures.put(name + ".reached", result.reachedRate());
        return figures;
    }

    private static void put(final Map<String, Double> figures, final String name, final Histogram histogram) {
        figures.put(name + ".p50", (double)histogram.getValueAtPercentile(P50));
        figures.put(name + ".p99", (double)histogram.getValueAtPercentile(P99));
        figures.put(name + ".p999", (double)histogram.getValueAtPercentile(P999));
    }
}
