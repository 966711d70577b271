package herald.bench.rig;

import org.HdrHistogram.Histogram;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What Aeron IPC alone takes on the schedules on which a node is measured: the limit for a link over it. Two processes,
 * as recorder and proxy are; the media driver is in the second, as it is in the proxy.
 *
 * <pre>
 *   call:        publisher ── tryClaim, copy 200 bytes, commit ──► subscriber, spinning
 *   round trip:  publisher ── 200 bytes ──► echo, spinning ── the same ──► publisher, spinning
 * </pre>
 *
 * <p>Between runs nobody spins, so that it may stay up beside a node that is measured.
 */
public final class RawIpc implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;
    private static final long LEAD_NS = 100_000_000;
    private static final long MILLIS = 1_000;
    private static final double NANOS = 1e9;

    private final NodeDirectory directory;
    private final RigProcess echo;
    private final RigProcess publisher;

    private RawIpc(final NodeDirectory directory) throws InterruptedException {
        this.directory = directory;
        final Path aeronDir = directory.addDriverDir("driver");
        echo = directory.add(RigProcess.start(
            "echo", directory.path(), List.of(), RawEchoMain.class, aeronDir.toString()));
        echo.awaitAnswer(RawEchoMain.READY, TIMEOUT_SECONDS);
        publisher = directory.add(RigProcess.start(
            "publisher", directory.path(), List.of(), RawPublisherMain.class, aeronDir.toString()));
        publisher.awaitAnswer(RawEchoMain.READY, TIMEOUT_SECONDS);
    }

    /**
     * Starts both processes. Media driver and client take each other for dead after 10 minutes of a pause.
     *
     * @return the pair.
     * @throws InterruptedException where this thread is.
     */
    public static RawIpc start() throws InterruptedException {
        final NodeDirectory directory = NodeDirectory.create(Path.of(System.getProperty("java.io.tmpdir")));
        RawIpc started = null;
        try {
            started = new RawIpc(directory);
            return started;
        } finally {
            if (started == null) {
                directory.close();
            }
        }
    }

    /**
     * Measures claim, copy and commit.
     *
     * @param rate    messages/s.
     * @param warmup  before, at the same rate.
     * @param measure how long.
     * @return duration of the call as {@link LatencyResult#call()} is measured, in {@code call}; others are empty.
     * @throws InterruptedException where this thread is.
     */
    public LatencyResult call(final long rate, final Duration warmup, final Duration measure)
        throws InterruptedException {
        return run(RawEchoMain.CONSUME, rate, warmup, measure);
    }

    /**
     * Measures a message's way to another process and back.
     *
     * @param rate    messages/s.
     * @param warmup  before, at the same rate.
     * @param measure how long.
     * @return time from when a message was due until it is back, in {@code acknowledged}; the call too.
     * @throws InterruptedException where this thread is.
     */
    public LatencyResult roundTrip(final long rate, final Duration warmup, final Duration measure)
        throws InterruptedException {
        return run(RawEchoMain.ECHO, rate, warmup, measure);
    }

    private LatencyResult run(
        final String command, final long rate, final Duration warmup, final Duration measure)
        throws InterruptedException {
        final long warmupCount = rate * warmup.toMillis() / MILLIS;
        echo.ask(command, ProxyMain.OK, TIMEOUT_SECONDS);
        final Schedule schedule = new Schedule(System.nanoTime() + LEAD_NS, rate, warmupCount,
            warmupCount + rate * measure.toMillis() / MILLIS);
        final String[] words = publisher.ask(command + ' ' + schedule.toWords(), RecorderMain.DONE,
            warmup.plus(measure).toSeconds() + TIMEOUT_SECONDS);
        echo.ask(RawEchoMain.REST, ProxyMain.OK, TIMEOUT_SECONDS);
        final double reached = Long.parseLong(words[1]) * NANOS / Math.max(1, Long.parseLong(words[2]));
        final Histogram none = Latencies.histogram();
        return new LatencyResult(rate, reached, Latencies.ofWord(words[3]), Latencies.ofWord(words[4]),
            Latencies.ofWord(words[5]), none, none);
    }

    /**
     * Stops both processes where they are, until {@link #resume}.
     *
     * @throws InterruptedException where this thread is.
     */
    public void pause() throws InterruptedException {
        publisher.signal("-STOP");
        echo.signal("-STOP");
    }

    /**
     * Lets them go on.
     *
     * @throws InterruptedException where this thread is.
     */
    public void resume() throws InterruptedException {
        echo.signal("-CONT");
        publisher.signal("-CONT");
    }

    /** Stops both processes. */
    @Override
    public void close() {
        try (directory) {
            publisher.stop();
            echo.stop();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
