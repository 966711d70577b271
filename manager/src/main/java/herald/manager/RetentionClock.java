package herald.manager;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * The time by which events are too old: the wall clock, as long as its steps are explained by the time that passed. One
 * that was set forth by mistake deletes nothing: until a node agrees with it, time goes on from where it was believed
 * last. Receiver's thread.
 */
final class RetentionClock {
    private static final Logger LOGGER = LoggerFactory.getLogger(RetentionClock.class);
    private static final long LEAP_NS = TimeUnit.HOURS.toNanos(1);
    private static final long DOWN_NS = TimeUnit.DAYS.toNanos(1);

    private final EpochNanoClock wallClock;
    private final NanoClock nanoClock;
    private long believedNs;
    private long believedAtNs;
    private boolean doubted;

    /**
     * A clock that goes on where the manager left off.
     *
     * @param wallClock  of the system.
     * @param nanoClock  of what passes.
     * @param lastUsedNs when the last event was received, ns since the epoch; {@link Long#MIN_VALUE} where none was.
     */
    RetentionClock(final EpochNanoClock wallClock, final NanoClock nanoClock, final long lastUsedNs) {
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.believedAtNs = nanoClock.nanoTime();
        this.believedNs = wallClock.nanoTime();
        if (lastUsedNs != Long.MIN_VALUE && believedNs - lastUsedNs > DOWN_NS) {
            believedNs = lastUsedNs;
            doubt(lastUsedNs);
        }
    }

    private void doubt(final long expectedNs) {
        doubted = true;
        LOGGER.warn("the clock is {} s ahead of what is expected: no event is deleted by its age for that, until a " +
            "node's clock agrees", TimeUnit.NANOSECONDS.toSeconds(wallClock.nanoTime() - expectedNs));
    }

    /**
     * The time to judge ages by.
     *
     * @return ns since the epoch, never ahead of the wall clock.
     */
    long nowNs() {
        final long wallNs = wallClock.nanoTime();
        final long nanoNs = nanoClock.nanoTime();
        final long expectedNs = believedNs + (nanoNs - believedAtNs);
        if (!doubted && wallNs - expectedNs > LEAP_NS) {
            doubt(expectedNs);
        }
        if (doubted) {
            return Math.min(wallNs, expectedNs);
        }
        believedNs = wallNs;
        believedAtNs = nanoNs;
        return wallNs;
    }

    /**
     * A node has said what time it is.
     *
     * @param nodeNs its journal time, ns since the epoch.
     */
    void onNodeTime(final long nodeNs) {
        if (doubted && Math.abs(wallClock.nanoTime() - nodeNs) < LEAP_NS) {
            doubted = false;
            believedNs = wallClock.nanoTime();
            believedAtNs = nanoClock.nanoTime();
            LOGGER.info("a node agrees with the clock: ages are judged by it again");
        }
    }
}
