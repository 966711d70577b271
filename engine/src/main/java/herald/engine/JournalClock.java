package herald.engine;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * The proxy's clock for events: wall time at start, monotonic elapsed time on top, never before the last record of the
 * journal. A clock that is set back or forth does not reach it. Owned by the thread that stamps events.
 */
public final class JournalClock {
    private final NanoClock nanoClock;
    private final EpochNanoClock wallClock;
    private final long offsetNs;
    private long lastNs;

    /**
     * A clock that starts now.
     *
     * @param wallClock  read once for the start, and beside each event.
     * @param nanoClock  monotonic.
     * @param lastTimeNs of the journal's last record: the clock is never before it.
     */
    public JournalClock(final EpochNanoClock wallClock, final NanoClock nanoClock, final long lastTimeNs) {
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.lastNs = lastTimeNs;
        this.offsetNs = Math.max(wallClock.nanoTime(), lastTimeNs) - nanoClock.nanoTime();
    }

    /**
     * Journal time.
     *
     * @return ns since the epoch, never less than the last one returned.
     */
    public long nowNs() {
        lastNs = Math.max(lastNs, nanoClock.nanoTime() + offsetNs);
        return lastNs;
    }

    /**
     * The wall clock as it is.
     *
     * @return ns since the epoch.
     */
    public long wallNs() {
        return wallClock.nanoTime();
    }

    /**
     * Journal time for other threads than the one that stamps events.
     *
     * @return ns since the epoch; events stamped at the same moment may be a little later.
     */
    public long estimateNs() {
        return nanoClock.nanoTime() + offsetNs;
    }

    /**
     * How far the wall clock is ahead of journal time. Any thread.
     *
     * @return in ns, negative where it is behind.
     */
    public long wallAheadNs() {
        return wallClock.nanoTime() - estimateNs();
    }
}
