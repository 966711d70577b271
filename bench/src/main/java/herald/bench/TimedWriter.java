package herald.bench;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.EpochNanoClock;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes everything on to a writer, and counts and times what it has delivered: from journal time to the end of the
 * flush that comes before the bookmark moves. Used by one thread, its count read by any.
 */
final class TimedWriter implements EventWriter {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram delays = new Histogram(HIGHEST_NS, DIGITS);
    private final EventWriter writer;
    private final EpochNanoClock clock;
    private EventBatch batch;
    private int from;
    private int to;
    private final AtomicLong delivered = new AtomicLong();

    /**
     * A writer around another.
     *
     * @param writer that delivers.
     * @param clock  that journal time runs with.
     */
    TimedWriter(final EventWriter writer, final EpochNanoClock clock) {
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public String name() {
        return writer.name();
    }

    @Override
    public int write(final EventBatch events, final int index) throws WriterException {
        final int done = writer.write(events, index);
        batch = events;
        from = index;
        to = index + done;
        return done;
    }

    @Override
    public void flush() throws WriterException {
        writer.flush();
        final long nowNs = clock.nanoTime();
        for (int i = from; i < to; i++) {
            delays.recordValue(Math.min(HIGHEST_NS, Math.max(0, nowNs - batch.event(i).journalTimeNs())));
        }
        delivered.addAndGet(to - from);
    }

    /** How many events it has delivered. */
    long delivered() {
        return delivered.get();
    }

    /** How long each took from the journal on; to be read after the writer is closed. */
    Histogram delays() {
        return delays;
    }

    @Override
    public void close() {
        writer.close();
    }
}
