package herald.engine;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Two clocks that move only when a test says so.
 */
public final class TestClock {
    /** A moment in 2026, at a whole second. */
    public static final long START_NS = 1_780_000_000_000_000_000L;

    private final AtomicLong nanoNs = new AtomicLong(1_000);
    private final AtomicLong wallNs = new AtomicLong(START_NS);

    /**
     * Lets time pass.
     *
     * @param ns how long.
     */
    public void advance(final long ns) {
        nanoNs.addAndGet(ns);
        wallNs.addAndGet(ns);
    }

    /**
     * Sets the wall clock, as an operator does.
     *
     * @param ns by which it jumps.
     */
    public void jump(final long ns) {
        wallNs.addAndGet(ns);
    }

    /**
     * The monotonic clock.
     *
     * @return it.
     */
    public NanoClock nano() {
        return nanoNs::get;
    }

    /**
     * The wall clock.
     *
     * @return it.
     */
    public EpochNanoClock wall() {
        return wallNs::get;
    }
}
