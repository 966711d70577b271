package herald.link;

import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Spins, then parks for moments as long as work may come any time, then for longer and longer up to a rest, so that an
 * idle node costs next to nothing. Work that comes in a rest waits for the end of it. Owned by one thread.
 *
 * <p>How long it stays awake has to be earned: each piece of work is good for 5 ms, up to 50 ms. A stream of events
 * therefore never meets a rest, and the timers of an idle node do not keep it from resting. On a machine with more
 * threads than it can run, parks last longer; what counts is the time that went by.
 *
 * <pre>
 *   work | spin | 8 us | 16 us | ... | longest | longest | ... | twice as long | ... | rest | rest
 *               '------ while awake, as earned ------------'
 * </pre>
 */
public final class RestingIdleStrategy implements IdleStrategy {
    /** Longest park between pieces of work that follow each other, in ns, where nothing else is configured. */
    public static final long DEFAULT_MAX_PARK_NS = Profile.DEFAULT.maxParkNs();

    private static final int SPINS = 50;
    private static final long MIN_PARK_NS = 8_000;
    private static final long REST_FACTOR = 20;
    private static final long MIN_REST_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long AWAKE_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MAX_AWAKE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PRECISE_BELOW_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final long minParkNs;
    private final long maxParkNs;
    private final long restNs;
    private int spins;
    private long parkNs;
    private long awakeNs;
    private boolean precise;

    /**
     * A strategy for one thread.
     *
     * @param maxParkNs longest park before it rests; a rest is twenty times as long, and 20 ms at least.
     */
    public RestingIdleStrategy(final long maxParkNs) {
        this(Math.min(MIN_PARK_NS, maxParkNs), maxParkNs);
    }

    /**
     * A strategy for one thread.
     *
     * @param minParkNs first park after work.
     * @param maxParkNs longest park before it rests, at least as long.
     */
    public RestingIdleStrategy(final long minParkNs, final long maxParkNs) {
        this.minParkNs = minParkNs;
        this.maxParkNs = maxParkNs;
        this.restNs = Math.max(maxParkNs * REST_FACTOR, MIN_REST_NS);
        this.parkNs = minParkNs;
        this.precise = maxParkNs >= PRECISE_BELOW_NS;
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
        if (!precise) {
            precise = true;
            TimerSlack.shorten();
        }
        final long ns = nextParkNs();
        final long startNs = System.nanoTime();
        LockSupport.parkNanos(ns);
        onOverslept(System.nanoTime() - startNs - ns);
    }

    /** Takes what a park took longer off what is earned, too: a crowd of threads must not keep itself awake. */
    void onOverslept(final long ns) {
        awakeNs -= Math.max(0, Math.min(ns, awakeNs));
    }

    /** The park that comes next, and takes it off what is earned. */
    long nextParkNs() {
        final long ns = parkNs;
        awakeNs -= Math.min(ns, awakeNs);
        parkNs = Math.min(2 * ns, awakeNs > 0 ? maxParkNs : restNs);
        return ns;
    }

    @Override
    public void reset() {
        spins = 0;
        parkNs = minParkNs;
        awakeNs = Math.min(awakeNs + AWAKE_NS, MAX_AWAKE_NS);
    }

    @Override
    public String alias() {
        return "resting";
    }
}
