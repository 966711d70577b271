package herald.event;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Tells the times of a clock that was not set yet: a machine that starts without one counts from 1970 or 2000. Such a
 * time says nothing, and the proxy's journal time stands in for it.
 */
public final class UnsetClock {
    /** Times before are those of a clock that was not set, ns since the epoch: the year 2000 is over. */
    public static final long FIRST_SET_NS =
        TimeUnit.SECONDS.toNanos(Instant.parse("2001-01-01T00:00:00Z").getEpochSecond());

    private UnsetClock() {
    }

    /**
     * Whether a time says nothing.
     *
     * @param timeNs ns since the epoch.
     * @return true in the year 2000 and before.
     */
    public static boolean isUnset(final long timeNs) {
        return timeNs < FIRST_SET_NS;
    }
}
