package herald.link;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.util.concurrent.TimeUnit;

/**
 * The system's wall clock in ns, for the price of its monotonic one: the distance between both is measured again four
 * times a second. So it follows a system clock that is set, forth or back, within that time. Any thread.
 */
public final class SystemWallClock implements EpochNanoClock {
    /** How long a measured distance is used, in ns. */
    static final long MEASURE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final int TRIES = 10;
    private static final long EXACT_NS = 500;

    private final NanoClock nanoClock;
    private final EpochNanoClock epochClock;
    /** Threads that meet here measure the same, each for itself. */
    private volatile long wallAheadNs;
    private volatile long measuredNs;

    /** A clock that agrees with the system's. */
    public SystemWallClock() {
        this(SystemNanoClock.INSTANCE, SystemEpochNanoClock.INSTANCE);
    }

    /**
     * A clock over other ones.
     *
     * @param nanoClock  monotonic.
     * @param epochClock that is followed.
     */
    SystemWallClock(final NanoClock nanoClock, final EpochNanoClock epochClock) {
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
        measure();
    }

    @Override
    public long nanoTime() {
        final long nowNs = nanoClock.nanoTime();
        if (nowNs - measuredNs >= MEASURE_INTERVAL_NS) {
            measure();
        }
        return nowNs + wallAheadNs;
    }

    /** The reading of the wall clock that took the shortest time: a thread may lose its core between two readings. */
    private void measure() {
        long shortestNs = Long.MAX_VALUE;
        long beforeNs = nanoClock.nanoTime();
        for (int i = 0; i < TRIES && shortestNs > EXACT_NS; i++) {
            final long wallNs = epochClock.nanoTime();
            final long afterNs = nanoClock.nanoTime();
            if (afterNs - beforeNs < shortestNs) {
                shortestNs = afterNs - beforeNs;
                wallAheadNs = wallNs - (beforeNs + shortestNs / 2);
            }
            beforeNs = afterNs;
        }
        measuredNs = beforeNs;
    }
}
