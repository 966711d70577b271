package herald.engine;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;

/**
 * The proxy's clock for events: wall time at start, monotonic elapsed time on top, never before the last record of the
 * journal. A clock that is set back or forth while the proxy runs does not reach it. Owned by the thread that stamps
 * events.
 *
 * <p>What the wall clock says at a start is believed, but not blindly. Where it is ahead of the journal by more than
 * the host's uptime and a day, that is a leap, which {@link ClockWatch} waits to see proved. Where it is behind the
 * journal by more than a day, an earlier start was wrong: journal time goes back to it, at a start record.
 */
public final class JournalClock {
    /** Clocks that differ by less are nobody's concern. */
    static final long TOLERANCE_NS = TimeUnit.DAYS.toNanos(1);

    private final NanoClock nanoClock;
    private final EpochNanoClock wallClock;
    private final long leapNs;
    private volatile long offsetNs;
    private volatile boolean anchorWanted;
    private long lastNs;

    /**
     * A clock that starts now, on a host that has been up for long.
     *
     * @param wallClock  read once for the start, and beside each event.
     * @param nanoClock  monotonic.
     * @param lastTimeNs of the journal's last record: the clock is not before it, as a rule.
     */
    public JournalClock(final EpochNanoClock wallClock, final NanoClock nanoClock, final long lastTimeNs) {
        this(wallClock, nanoClock, lastTimeNs, Long.MAX_VALUE / 2);
    }

    /**
     * A clock that starts now.
     *
     * @param wallClock  read once for the start, and beside each event.
     * @param nanoClock  monotonic.
     * @param lastTimeNs of the journal's last record; 0 where there is none.
     * @param uptimeNs   of the host: for so long the journal may have stood still without a doubt about the clock.
     */
    JournalClock(
        final EpochNanoClock wallClock, final NanoClock nanoClock, final long lastTimeNs, final long uptimeNs) {
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        final long wallNs = wallClock.nanoTime();
        final long aheadNs = lastTimeNs == 0 ? 0 : wallNs - lastTimeNs;
        final boolean unexplained = aheadNs < -TOLERANCE_NS || aheadNs - TOLERANCE_NS > uptimeNs;
        this.leapNs = unexplained ? aheadNs : 0;
        this.lastNs = leapNs < 0 ? wallNs : lastTimeNs;
        this.offsetNs = Math.max(wallNs, lastNs) - nanoClock.nanoTime();
    }

    /**
     * How far the clock was from the journal's last record at its start, where nothing explains that. Any thread.
     *
     * @return in ns: above 0 where time leapt ahead, below where it went back; 0 as a rule.
     */
    long leapNs() {
        return leapNs;
    }

    /** Has the thread that stamps events go back, or on, to the wall clock. Any thread. */
    void wantAnchor() {
        anchorWanted = true;
    }

    /** Whether {@link #anchor} is wanted. Any thread. */
    boolean isAnchorWanted() {
        return anchorWanted;
    }

    /** Goes to the wall clock as it is now. The next record has to be a start. */
    void anchor() {
        lastNs = wallClock.nanoTime();
        offsetNs = lastNs - nanoClock.nanoTime();
        anchorWanted = false;
    }

    /**
     * Journal time.
     *
     * @return ns since the epoch, never less than the last one returned, but after {@link #anchor}.
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
