package herald.bench.rig;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Tells what the rig measured: a line for each figure, files with histograms, and drawings.
 */
final class RigReport {
    private static final double NS_PER_US = 1_000.0;
    private static final double MIB = 1024 * 1024;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final PrintWriter out;
    private final Path dir;
    private final String name;
    private final Map<String, Double> rates = new LinkedHashMap<>();

    /**
     * A report.
     *
     * @param out  to print on.
     * @param dir  of files; null for none.
     * @param name of the node that is measured, the beginning of the files' names.
     */
    RigReport(final PrintWriter out, final Path dir, final String name) throws IOException {
        this.out = out;
        this.dir = dir == null ? null : Files.createDirectories(dir);
        this.name = name;
    }

    void add(final ThroughputResult result) {
        out.printf(Locale.ROOT, "saturated: %,.0f events/s acknowledged, %,d in all%n",
            result.ratePerSecond(), result.acknowledged());
        out.printf(Locale.ROOT, "proxy: dedup sized for %,d keys, resident %,.0f MiB, of it no file %,.0f MiB%n",
            result.dedupKeyLimit(), result.residentLength() / MIB, result.anonymousLength() / MIB);
        out.flush();
        rates.put("saturated", result.ratePerSecond());
    }

    void add(final LatencyResult result) throws IOException {
        out.printf(Locale.ROOT, "%,d events/s due, %,.0f reached%s; us from when an event was due%n", result.rate(),
            result.reachedRate(), result.missed() ? ": RATE MISSED" : "");
        out.printf(Locale.ROOT, "%-16s%10s%10s%10s%10s%10s%10s%10s%n",
            "", "count", "p50", "p90", "p99", "p99.9", "p99.99", "max");
        final Map<String, Histogram> histograms = histograms(result);
        for (final Map.Entry<String, Histogram> entry : histograms.entrySet()) {
            print(entry.getKey(), entry.getValue());
            if (dir != null && entry.getValue().getTotalCount() > 0) {
                Latencies.save(entry.getValue(), dir.resolve(
                    String.join("-", name, Long.toString(result.rate()), entry.getKey()) + ".hgrm"));
            }
        }
        out.flush();
        if (dir != null) {
            Plots.percentiles(String.format(Locale.ROOT, "%s, %,d events/s%s", name, result.rate(),
                result.missed() ? ", rate missed" : ""), histograms, dir.resolve(name + "-" + result.rate() + ".svg"));
        }
        rates.put(result.rate() + "/s due", result.reachedRate());
    }

    private static Map<String, Histogram> histograms(final LatencyResult result) {
        final Map<String, Histogram> histograms = new LinkedHashMap<>();
        histograms.put("call", result.call());
        histograms.put("call-from-due", result.callFromDue());
        histograms.put("acknowledged", result.acknowledged());
        histograms.put("dispatched", result.dispatched());
        histograms.put("written", result.written());
        return histograms;
    }

    private void print(final String figure, final Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        out.printf(Locale.ROOT, "%-16s%10d", figure, histogram.getTotalCount());
        for (final double percentile : PERCENTILES) {
            out.printf(Locale.ROOT, "%10.2f", histogram.getValueAtPercentile(percentile) / NS_PER_US);
        }
        out.printf(Locale.ROOT, "%10.2f%n", histogram.getMaxValue() / NS_PER_US);
    }

    /** Draws what needs all of it. */
    void finish() throws IOException {
        if (dir != null) {
            Plots.throughput(name, rates, dir.resolve(name + "-throughput.svg"));
            out.println("written to " + dir);
        }
        out.flush();
    }
}
