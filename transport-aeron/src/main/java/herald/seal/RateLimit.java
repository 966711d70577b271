package herald.seal;

import java.util.concurrent.TimeUnit;

/**
 * Lets something happen so often a second at most, and as often at once. Owned by one thread.
 */
public final class RateLimit {
    private final long intervalNs;
    private final long burstNs;
    private long spentUntilNs;

    /**
     * With all of a second's permits there.
     *
     * @param perSecond how often.
     * @param nowNs     monotonic time.
     */
    public RateLimit(final int perSecond, final long nowNs) {
        this.burstNs = TimeUnit.SECONDS.toNanos(1);
        this.intervalNs = burstNs / perSecond;
        this.spentUntilNs = nowNs - burstNs;
    }

    /**
     * Asks for a permit.
     *
     * @param nowNs monotonic time.
     * @return false where there is none now.
     */
    public boolean tryAcquire(final long nowNs) {
        if (nowNs - spentUntilNs > burstNs) {
            spentUntilNs = nowNs - burstNs;
        }
        if (spentUntilNs + intervalNs - nowNs > 0) {
            return false;
        }
        spentUntilNs += intervalNs;
        return true;
    }
}
