package herald.bench;

import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.net.DatagramSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures whether a syslog destination that is down delays the file writer of the same proxy: rounds with a file
 * writer alone, with a syslog writer whose port is closed, and with one whose host never answers, interleaved, at one
 * rate.
 *
 * <pre>
 *   recorder ─► proxy ─► dispatch log ─┬─► file writer      from journal time to the flushed line
 *    (paced)                           └─► syslog writer    nothing, or down for the whole run
 * </pre>
 *
 * <p>Each round begins with an empty data directory; the first of each kind warms up and does not count. A round fails
 * where the file does not get every event, or where a closed port takes one.
 */
final class Isolation {
    private static final int DEFAULT_ROUNDS = 7;
    private static final int DEFAULT_RATE = 2_000;
    private static final int DEFAULT_SECONDS = 5;
    private static final long BATCH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long PARK_NS = 1_000_000;
    private static final long NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double NS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double[] PERCENTILES = {50, 99};

    private final int rate;
    private final int seconds;
    private final Map<Target, List<double[]>> results = new EnumMap<>(Target.class);

    /** What stands beside the file writer. */
    private enum Target {
        /** Nothing. */
        NONE,
        /** A port of this host where nobody listens: each send is refused. */
        CLOSED,
        /** An address of RFC 5737 that nobody has: no answer ever comes. */
        SILENT
    }

    private Isolation(final int rate, final int seconds) {
        this.rate = rate;
        this.seconds = seconds;
        for (final Target target : Target.values()) {
            results.put(target, new ArrayList<>());
        }
    }

    /**
     * Runs it.
     *
     * @param args rounds, events a second, seconds of a round; each may be left out from the end.
     * @throws IOException where no port is free.
     */
    static void run(final String... args) throws IOException {
        final int rounds = number(args, 0, DEFAULT_ROUNDS);
        final Isolation isolation = new Isolation(number(args, 1, DEFAULT_RATE), number(args, 2, DEFAULT_SECONDS));
        final Target[] order = Target.values();
        for (int round = 0; round <= rounds; round++) {
            for (int i = 0; i < order.length; i++) {
                final Target target = order[(i + round) % order.length];
                final double[] delays = isolation.measure(round, target);
                if (round > 0) {
                    isolation.results.get(target).add(delays);
                }
            }
        }
        isolation.summarise();
    }

    private static int number(final String[] args, final int index, final int otherwise) {
        final int value = index < args.length ? Integer.parseInt(args[index]) : otherwise;
        if (value < 1) {
            throw new IllegalArgumentException("argument " + (index + 1) + " is " + value + ": it must be 1 or more");
        }
        return value;
    }

    private double[] measure(final int round, final Target target) throws IOException {
        final long offsetNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
        final EpochNanoClock clock = () -> offsetNs + System.nanoTime();
        try (TempDirectory directory = TempDirectory.onDisk()) {
            final EventProxy.Context context = new EventProxy.Context()
                .dataDir(directory.path())
                .node("node-1")
                .clock(clock)
                .batchIntervalNs(BATCH_INTERVAL_NS);
            final TimedWriter file = add(context, "file:" + directory.path().resolve("events.ndjson"), clock);
            final TimedWriter syslog = target == Target.NONE ? null : add(context, specOf(target), clock);
            final long retries;
            try (EventProxy proxy = EventProxy.launch(context)) {
                record(directory, file);
                retries = proxy.counters().get(ProxyCounter.DELIVERY_RETRIES);
                Check.that("the proxy is well", !proxy.hasFailed());
            }
            Check.equal("events in the file", (long)rate * seconds, file.delivered());
            Check.that("a closed port takes nothing and is tried again",
                target != Target.CLOSED || (syslog.delivered() == 0 && retries > 0));
            return report(round, target, file.delays(), syslog == null ? 0 : syslog.delivered(), retries);
        }
    }

    private static TimedWriter add(final EventProxy.Context context, final String text, final EpochNanoClock clock) {
        final WriterSpec spec = WriterSpec.parse(text);
        final TimedWriter writer = new TimedWriter(EventWriters.factory(spec).create(spec), clock);
        context.writer(writer, EventFilter.ALL, true);
        return writer;
    }

    private static String specOf(final Target target) throws IOException {
        if (target == Target.SILENT) {
            return "syslog:udp://192.0.2.1:514";
        }
        try (DatagramSocket free = new DatagramSocket()) {
            return "syslog:udp://127.0.0.1:" + free.getLocalPort();
        }
    }

    private void record(final TempDirectory directory, final TimedWriter file) {
        final long count = (long)rate * seconds;
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component(BenchEvent.COMPONENT)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(directory.path()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(directory.path()).toString())
            .fullSpoolWaitNs(TIMEOUT_NS))) {
            final long startNs = System.nanoTime();
            for (long i = 0; i < count; i++) {
                awaitTime(startNs + i * NS_PER_SECOND / rate);
                Check.equal("sequence", i + 1,
                    recorder.record(BenchEvent.TYPE, BenchEvent.SEVERITY, "event " + i, BenchEvent.REFERENCE));
            }
            final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
            while (file.delivered() < count) {
                Check.that("the file has every event in time", System.nanoTime() - deadlineNs < 0);
                LockSupport.parkNanos(PARK_NS);
            }
        }
    }

    private static void awaitTime(final long timeNs) {
        for (long leftNs = timeNs - System.nanoTime(); leftNs > 0; leftNs = timeNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    private double[] report(final int round, final Target target, final Histogram delays, final long syslogDelivered,
        final long retries) {
        final double[] values = Arrays.stream(PERCENTILES)
            .map(percentile -> delays.getValueAtPercentile(percentile) / NS_PER_MS).toArray();
        System.out.printf(Locale.ROOT,
            "round %d %-6s file: %d events p50=%.2f ms p99=%.2f ms max=%.2f ms; syslog: sent=%d retries=%d%s%n",
            round, target, delays.getTotalCount(), values[0], values[1], delays.getMaxValue() / NS_PER_MS,
            syslogDelivered, retries, round == 0 ? " (warm-up)" : "");
        return values;
    }

    private void summarise() {
        for (int i = 0; i < PERCENTILES.length; i++) {
            final double alone = median(Target.NONE, i);
            for (final Target target : Target.values()) {
                final double[] sorted = sorted(target, i);
                System.out.printf(Locale.ROOT,
                    "%-6s p%.0f from journal to file: median %.2f ms, %.2f to %.2f ms, %.2f times that of NONE%n",
                    target, PERCENTILES[i], median(target, i), sorted[0], sorted[sorted.length - 1],
                    median(target, i) / alone);
            }
        }
        System.out.printf(Locale.ROOT, "%d rounds each, %d events a second for %d s, batches of %d ms%n",
            results.get(Target.NONE).size(), rate, seconds, TimeUnit.NANOSECONDS.toMillis(BATCH_INTERVAL_NS));
    }

    private double[] sorted(final Target target, final int percentile) {
        return results.get(target).stream().mapToDouble(values -> values[percentile]).sorted().toArray();
    }

    private double median(final Target target, final int percentile) {
        final double[] sorted = sorted(target, percentile);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
