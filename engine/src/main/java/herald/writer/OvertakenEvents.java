package herald.writer;

import herald.link.CounterId;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * What retention deleted before one writer had delivered it: in its status, a counter, the log, and for the health of
 * the proxy. Told by housekeeping's thread, read by any.
 */
public final class OvertakenEvents {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);

    private final String writer;
    private final WriterStatus status;
    private final CounterId.Sink counters;
    private boolean closed;
    private long events;
    private long firstNs;
    private long lastNs;
    private volatile long position;

    OvertakenEvents(final String writer, final WriterStatus status, final CounterId.Sink counters) {
        this.writer = writer;
        this.status = status;
        this.counters = counters;
    }

    /**
     * Up to where it was told of what is gone. Any thread.
     *
     * @return a position of the dispatch log; 0 where nothing is.
     */
    public long position() {
        return position;
    }

    /**
     * Takes note of what is about to be deleted.
     *
     * @param toPosition up to where.
     * @param more       events that the writer has not delivered.
     * @param fromNs     journal time of the first one, ns since the epoch.
     * @param toNs       journal time of the last one.
     */
    public synchronized void add(final long toPosition, final long more, final long fromNs, final long toNs) {
        position = toPosition;
        if (closed || more == 0) {
            return;
        }
        firstNs = events == 0 ? fromNs : firstNs;
        lastNs = toNs;
        events += more;
        counters.add(ProxyCounter.WRITER_OVERTAKEN, more);
        status.overtaken(more, fromNs, toNs);
        LOGGER.error("writer {} is overtaken by retention: {} events of {} to {} are deleted before it delivered " +
            "them; dispatch.retention says how far it may lag behind", writer, more, time(fromNs), time(toNs));
    }

    /**
     * All of it since the proxy started, for people.
     *
     * @return null where nothing is gone.
     */
    public synchronized String describe() {
        return events == 0 ? null : events + " events of " + time(firstNs) + " to " + time(lastNs);
    }

    private static Instant time(final long timeNs) {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(timeNs));
    }

    /** The status is closed now. */
    synchronized void close() {
        closed = true;
    }
}
