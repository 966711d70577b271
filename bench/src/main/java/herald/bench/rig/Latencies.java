package herald.bench.rig;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;

/**
 * Histograms of nanoseconds: how the rig makes, hands on and saves them.
 */
final class Latencies {
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;
    private static final int TICKS_PER_HALF = 5;
    private static final double NS_PER_US = 1_000.0;

    private Latencies() {
    }

    static Histogram histogram() {
        return new Histogram(HIGHEST_NS, DIGITS);
    }

    /** A clock of another core may be a tick behind: never below 0. */
    static void record(final Histogram histogram, final long latencyNs) {
        histogram.recordValue(Math.min(Math.max(latencyNs, 0), HIGHEST_NS));
    }

    static String toWord(final Histogram histogram) {
        final ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    static Histogram ofWord(final String word) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(word)), 0);
        } catch (final DataFormatException e) {
            throw new IllegalArgumentException("no histogram: " + word, e);
        }
    }

    /** In microseconds, as HdrHistogram's plotter takes it. */
    static void save(final Histogram histogram, final Path file) throws IOException {
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            histogram.outputPercentileDistribution(out, TICKS_PER_HALF, NS_PER_US);
        }
    }
}
