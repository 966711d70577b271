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
    private static final Duration WARMUP = Duration.ofMillis(500);
    /** Compiles more in less time than a schedule does. */
    private static final Duration SATURATED_WARMUP = Duration.ofSeconds(2);
    private static final Duration FIRST_WARMUP = Duration.ofSeconds(4);

    private final String name;
    private final RigSettings settings;
    private final long rate;
    private RigNode node;

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

    /** The first measurement starts the node and warms it up; between measurements it is stopped where it is. */
    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Duration measure = Duration.ofNanos(durationNs);
        final boolean cold = node == null;
        if (cold) {
            node = RigNode.start(settings);
        } else {
            node.resume();
        }
        if (cold && rate > 0) {
            node.throughput(SATURATED_WARMUP, SATURATED_WARMUP);
        }
        final Map<String, Double> figures = rate == 0 ? figures(node.throughput(warmup(cold), measure)) :
            figures(name, node.latency(rate, WARMUP, measure));
        node.pause();
        return figures;
    }

    @Override
    public void close() {
        if (node != null) {
            try {
                node.resume();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            node.close();
        }
    }

    static Duration warmup(final boolean cold) {
        return cold ? FIRST_WARMUP : WARMUP;
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
