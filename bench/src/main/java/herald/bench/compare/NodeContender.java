package herald.bench.compare;

import herald.bench.rig.LatencyResult;
import herald.bench.rig.RigNode;
import herald.bench.rig.RigSettings;
import herald.bench.rig.ThroughputResult;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of real processes, saturated or under loads of a schedule. It stays up between rounds, stopped, so that none
 * of it spins beside what comes next.
 */
final class NodeContender implements Contender {
    /**
     * A schedule.
     *
     * @param figures what the names of its figures begin with.
     * @param rate    events/s.
     */
    record Load(String figures, long rate) {
    }

    /** Before each measurement of a schedule but the first. */
    static final Duration WARMUP = Duration.ofMillis(250);

    private static final double MIB = 1024 * 1024;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;
    private static final Duration SATURATED_WARMUP = Duration.ofMillis(500);
    private static final Duration FIRST_WARMUP = Duration.ofSeconds(4);
    /** A saturated run compiles more in less time than a schedule does. */
    private static final Duration FIRST_LOAD_WARMUP = Duration.ofSeconds(2);

    private final String name;
    private final RigSettings settings;
    private final List<Load> loads;
    private RigNode node;

    private NodeContender(final String name, final RigSettings settings, final List<Load> loads) {
        this.name = name;
        this.settings = settings;
        this.loads = loads;
    }

    /**
     * A node that takes as many events as it can.
     *
     * @param name     of the figure.
     * @param settings of the node.
     */
    static NodeContender saturated(final String name, final RigSettings settings) {
        return new NodeContender(name, settings, List.of());
    }

    /**
     * A node whose latencies are measured.
     *
     * @param settings of the node.
     * @param loads    measured one after the other in each round.
     */
    static NodeContender scheduled(final RigSettings settings, final List<Load> loads) {
        return new NodeContender(null, settings, loads);
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    /** The first measurement starts the node and warms it up. */
    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Duration measure = Duration.ofNanos(durationNs);
        final boolean cold = node == null;
        if (cold) {
            node = RigNode.start(settings);
        } else {
            node.resume();
        }
        final Map<String, Double> figures = loads.isEmpty() ?
            figures(node.throughput(cold ? FIRST_WARMUP : SATURATED_WARMUP, measure)) : latencies(cold, measure);
        node.pause();
        return figures;
    }

    private Map<String, Double> latencies(final boolean cold, final Duration measure) throws InterruptedException {
        if (cold) {
            node.throughput(FIRST_LOAD_WARMUP, FIRST_LOAD_WARMUP);
        }
        final Map<String, Double> figures = new HashMap<>();
        for (final Load load : loads) {
            figures.putAll(figures(load.figures(), node.latency(load.rate(), WARMUP, measure)));
        }
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
