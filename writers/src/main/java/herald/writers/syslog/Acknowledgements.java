package herald.writers.syslog;

import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Learns from the system which messages the receiver's host has acknowledged, and notices one that acknowledges nothing
 * any more. An answer may take long where the host has many sockets. So it is asked for only when a message would count
 * as delivered with it, or has been on its way for long, and the rarer the longer answers take. Owned by the writer's
 * thread.
 */
final class Acknowledgements {
    private static final long LEAST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_UNASKED_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long MOST_WAIT_NS = TimeUnit.SECONDS.toNanos(10);
    /** Questions take one part of so many of the time, unless the wait after one would be longer than the longest. */
    private static final int SHARE = 100;

    private final SentMessages sent;
    private final long windowNs;
    private final long silenceNs;
    private final NanoClock clock;
    private LongSupplier written;
    private LongSupplier unacknowledged;
    private long acknowledged;
    private long progressNs;
    private long waitNs;
    private long nextNs;
    private boolean missed;

    /**
     * Acknowledgements of one writer.
     *
     * @param sent      told what is acknowledged.
     * @param windowNs  after which a message that is acknowledged counts as delivered.
     * @param silenceNs for which nothing may be acknowledged.
     * @param clock     of these.
     */
    Acknowledgements(final SentMessages sent, final long windowNs, final long silenceNs, final NanoClock clock) {
        this.sent = sent;
        this.windowNs = windowNs;
        this.silenceNs = silenceNs;
        this.clock = clock;
    }

    /**
     * Begins with a connection over which nothing was sent yet.
     *
     * @param writtenBytes        that were handed to the kernel so far.
     * @param unacknowledgedBytes of these, as {@link TcpQueue#unacknowledged()} says it.
     */
    void begin(final LongSupplier writtenBytes, final LongSupplier unacknowledgedBytes) {
        written = writtenBytes;
        unacknowledged = unacknowledgedBytes;
        acknowledged = 0;
        progressNs = clock.nanoTime();
        waitNs = LEAST_WAIT_NS;
        nextNs = progressNs;
        missed = false;
    }

    /**
     * Asks, where it is time to.
     *
     * @param nowNs of the clock.
     * @throws IOException where the host has been silent for too long.
     */
    void look(final long nowNs) throws IOException {
        if (!sent.hasUnacknowledged() || nowNs - nextNs < 0 ||
            nowNs - sent.oldestUnacknowledgedNs() < Math.min(windowNs, LONGEST_UNASKED_NS)) {
            return;
        }
        final boolean progress = ask();
        final long answeredNs = clock.nanoTime();
        if (progress) {
            progressNs = nowNs;
            waitNs = LEAST_WAIT_NS;
        } else {
            waitNs = Math.min(2 * waitNs, MOST_WAIT_NS);
        }
        nextNs = answeredNs + Math.max(waitNs, Math.min(SHARE * (answeredNs - nowNs), MOST_WAIT_NS));
        if (sent.hasUnacknowledged()) {
            limitSilence(nowNs, answeredNs);
        }
    }

    private boolean ask() {
        final long queue = unacknowledged.getAsLong();
        final boolean lost = queue == TcpQueue.GONE && !missed;
        missed = queue == TcpQueue.GONE;
        if (lost) {
            // The next look at the connection says that it is broken. Where it does not, this system tells nothing.
            return false;
        }
        final long now = written.getAsLong() - Math.max(queue, 0);
        final boolean progress = now > acknowledged;
        acknowledged = Math.max(now, acknowledged);
        sent.acknowledgeUntil(acknowledged);
        return progress;
    }

    private void limitSilence(final long nowNs, final long answeredNs) throws IOException {
        final long oldestNs = sent.oldestUnacknowledgedNs();
        final long silentNs = progressNs - oldestNs > 0 ? progressNs : oldestNs;
        if (nowNs - silentNs >= silenceNs) {
            throw new IOException(
                "its host acknowledged nothing for " + TimeUnit.NANOSECONDS.toSeconds(silenceNs) + " s");
        }
        final long deadlineNs = silentNs + silenceNs;
        nextNs = nextNs - deadlineNs > 0 ? Math.max(deadlineNs, answeredNs + LEAST_WAIT_NS) : nextNs;
    }
}
