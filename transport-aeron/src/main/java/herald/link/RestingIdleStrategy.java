package herald.link;

import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Backs off in two steps: spins, then parks twice as long each time up to a bound, as long as work may come any moment;
 * after 10 ms without any it rests for longer, so that an idle node costs next to nothing. Work that
 * comes then waits for one rest at most. Owned by one thread.
 */
public final class RestingIdleStrategy implements IdleStrategy {
    /** Longest park between pieces of work that follow each other, in ns, where nothing else is configured. */
    public static final long DEFAULT_MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int SPINS = 20;
    private static final long MIN_PARK_NS = 1_000;
    private static final long REST_FACTOR = 20;
    private static final long REST_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final long maxParkNs;
    private int spins;
    private long parkNs = MIN_PARK_NS;
    private long parkedNs;

    /**
     * A strategy for one thread.
     *
     * @param maxParkNs longest park before it rests; a rest is twenty times as long.
     */
    public RestingIdleStrategy(final long maxParkNs) {
        this.maxParkNs = maxParkNs;
    }

    @Override
    public void idle(final int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        if (spins < SPINS) {
            spins++;
            Thread.onSpinWait();
            return;
        }
        final long ns = parkedNs < REST_AFTER_NS ? parkNs : maxParkNs * REST_FACTOR;
        LockSupport.parkNanos(ns);
        parkedNs += ns;
        parkNs = Math.min(parkNs * 2, maxParkNs);
    }

    @Override
    public void reset() {
        spins = 0;
        parkNs = MIN_PARK_NS;
        parkedNs = 0;
    }

    @Override
    public String alias() {
        return "resting";
    }
}
