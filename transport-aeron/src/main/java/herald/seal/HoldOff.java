package herald.seal;

/**
 * Slows a sender down that fails: nothing of it is looked at for a time that doubles with each failure. Owned by one
 * thread.
 */
public final class HoldOff {
    private final long minNs;
    private final long maxNs;
    private long nextNs;
    private long untilNs;
    private boolean held;

    /**
     * For one sender.
     *
     * @param minNs how long after the first failure.
     * @param maxNs how long at most.
     */
    public HoldOff(final long minNs, final long maxNs) {
        this.minNs = minNs;
        this.maxNs = maxNs;
        this.nextNs = minNs;
    }

    /**
     * Whether the sender is being slowed down.
     *
     * @param nowNs monotonic time.
     * @return true until its time is over.
     */
    public boolean isHeld(final long nowNs) {
        if (held && nowNs - untilNs >= 0) {
            held = false;
        }
        return held;
    }

    /**
     * Takes note of a failure.
     *
     * @param nowNs monotonic time.
     */
    public void onFailure(final long nowNs) {
        untilNs = nowNs + nextNs;
        held = true;
        nextNs = Math.min(nextNs * 2, maxNs);
    }

    /** Takes note that the sender proved itself. */
    public void reset() {
        nextNs = minNs;
        held = false;
    }
}
