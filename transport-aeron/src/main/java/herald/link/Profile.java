package herald.link;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What threads of a proxy or of a recorder are tuned for: how they wait and how much they take at once. A setting that
 * is given by itself comes before the profile's.
 */
public enum Profile {
    /** Answers within tens of microseconds while events come, and costs next to nothing while none do. */
    DEFAULT(false, 50, 256, 256, 256 * 1024),
    /** Answers within microseconds; a proxy's core thread and a recorder's conductor never let go of their cores. */
    LOW_LATENCY(true, 50, 64, 64, 256 * 1024),
    /** Takes more at once and sleeps longer, so that each event costs less. */
    THROUGHPUT(false, 1_000, 8_192, 8_192, 4 * 1024 * 1024);

    private static final int AWAIT_SPINS = 100;
    private static final int AWAIT_YIELDS = 5;
    private static final long AWAIT_MIN_PARK_NS = 10_000;
    private static final long AWAIT_MAX_PARK_NS = 1_000_000;

    private final boolean spins;
    private final long maxParkNs;
    private final int pollLimit;
    private final int turnLimit;
    private final int ipcTermLength;

    Profile(
        final boolean spins, final long maxParkUs, final int pollLimit, final int turnLimit, final int ipcTermLength) {
        this.spins = spins;
        this.maxParkNs = TimeUnit.MICROSECONDS.toNanos(maxParkUs);
        this.pollLimit = pollLimit;
        this.turnLimit = turnLimit;
        this.ipcTermLength = ipcTermLength;
    }

    /**
     * Reads a profile's name.
     *
     * @param text as people write it, such as {@code low-latency}.
     * @return the profile.
     * @throws IllegalArgumentException where it is none: names those that there are.
     */
    public static Profile parse(final String text) {
        for (final Profile profile : values()) {
            if (profile.toString().equalsIgnoreCase(text)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
            "profile is \"" + text + "\": it must be one of " + Arrays.toString(values()));
    }

    /**
     * Whether latency comes before everything else: threads spin, a proxy runs its core in one of them.
     *
     * @return false where threads sleep while there is nothing to do.
     */
    public boolean spins() {
        return spins;
    }

    /**
     * How a thread waits that events go through.
     *
     * @param maxParkNs longest park while events come, for profiles that sleep.
     * @return a strategy for one thread.
     */
    public IdleStrategy idleStrategy(final long maxParkNs) {
        return spins ? new BusySpinIdleStrategy() : new RestingIdleStrategy(maxParkNs);
    }

    /**
     * How a caller waits for an acknowledgement who steps the conductor meanwhile.
     *
     * @return a strategy for one wait.
     */
    public IdleStrategy awaitStrategy() {
        return spins ? new BusySpinIdleStrategy() :
            new BackoffIdleStrategy(AWAIT_SPINS, AWAIT_YIELDS, AWAIT_MIN_PARK_NS, AWAIT_MAX_PARK_NS);
    }

    /**
     * Longest park while events come.
     *
     * @return in ns.
     */
    public long maxParkNs() {
        return maxParkNs;
    }

    /**
     * Messages that a receiver takes from the link at once.
     *
     * @return above 0.
     */
    public int pollLimit() {
        return pollLimit;
    }

    /**
     * Events that a stage takes from the ring at once.
     *
     * @return above 0.
     */
    public int turnLimit() {
        return turnLimit;
    }

    /**
     * Length of a term of a recorder's events over IPC, where the longest event needs no longer one. Half of it can be
     * on the way before the media driver is there to move the limit; three of them are in shared memory.
     *
     * @return a power of two, in bytes.
     */
    public int ipcTermLength() {
        return ipcTermLength;
    }

    /** As people write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
