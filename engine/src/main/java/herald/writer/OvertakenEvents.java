package herald.writer;

import herald.link.CounterId;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * What was gone before one writer had delivered it, for retention or because somebody took it away: in its status, a
 * counter, the log, and for the health of the proxy. Told by housekeeping's thread, at the start, and by the writer's
 * agent; read by any.
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
    private long lostFrom;
    private long lostTo;
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
     * Takes note of what retention is about to delete.
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
        note(more, fromNs, toNs);
        LOGGER.error("writer {} is overtaken by retention: {} events{} are deleted before it delivered " +
            "them; dispatch.retention says how far it may lag behind", writer, more, span(fromNs, toNs));
    }

    /**
     * Takes note of what a start finds gone of the dispatch log, and the journal does not give again.
     *
     * @param toPosition up to where the log is gone.
     * @param more       events that the writer had not delivered, as counters and batches tell.
     * @param fromNs     journal time of the first one, ns since the epoch; 0 where it is not known.
     * @param toNs       journal time of the last one; 0 where it is not known.
     * @param why        they are gone.
     */
    public synchronized void addLost(
        final long toPosition, final long more, final long fromNs, final long toNs, final String why) {
        position = toPosition;
        if (closed) {
            return;
        }
        note(more, fromNs, toNs);
        LOGGER.error("writer {} lost about {} events{} before it delivered them: {}", writer, more,
            span(fromNs, toNs), why);
    }

    private void note(final long more, final long fromNs, final long toNs) {
        firstNs = events == 0 ? fromNs : firstNs;
        lastNs = toNs;
        events += more;
        counters.add(ProxyCounter.WRITER_OVERTAKEN, more);
        status.overtaken(more, fromNs, toNs);
    }

    /** Takes note of bytes without a batch that the writer passed over: nobody knows what was in them. */
    synchronized void addBytes(final long fromPosition, final long toPosition) {
        if (toPosition > position) {
            lostFrom = lostTo == 0 ? fromPosition : lostFrom;
            lostTo = toPosition;
        }
    }

    /**
     * All of it since the proxy started, for people.
     *
     * @return null where nothing is gone.
     */
    public synchronized String describe() {
        final String told = events == 0 ? null : events + " events" + span(firstNs, lastNs);
        if (lostTo == 0) {
            return told;
        }
        return (told == null ? "" : told + ", and ") + "what was in positions " + lostFrom + " to " + lostTo +
            " of the dispatch log";
    }

    private static String span(final long fromNs, final long toNs) {
        if (toNs == 0) {
            return fromNs == 0 ? "" : " from " + time(fromNs) + " on";
        }
        return (fromNs == 0 ? " up to " : " of " + time(fromNs) + " to ") + time(toNs);
    }

    private static Instant time(final long timeNs) {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(timeNs));
    }

    /** The status is closed now. */
    synchronized void close() {
        closed = true;
    }
}
