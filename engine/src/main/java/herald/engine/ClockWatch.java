package herald.engine;

import herald.event.UnsetClock;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Watches whether journal time can be believed. A leap ahead that the host's uptime does not explain is told and
 * counted, and stays unproved, over restarts too, until a proxy has run for a day without the wall clock being set
 * elsewhere: for as long nothing is released or forgotten for its age. Where the wall clock is set right before, or was
 * not set at all when the proxy started, journal time goes to it. Owned by the housekeeping thread.
 */
final class ClockWatch {
    static final long PROOF_NS = TimeUnit.DAYS.toNanos(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final long NS_PER_MS = 1_000_000L;

    private final JournalClock clock;
    private final NanoClock nanoClock;
    private final CountersFile counters;
    private long undisputedNs;

    /**
     * Begins to watch.
     *
     * @param clock     as it has started.
     * @param nanoClock of the time that a proof takes.
     * @param counters  told of leaps; remember what is unproved.
     */
    ClockWatch(final JournalClock clock, final NanoClock nanoClock, final CountersFile counters) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.counters = counters;
        this.undisputedNs = nanoClock.nanoTime();
        if (clock.leapNs() != 0) {
            onLeap(clock.leapNs());
        }
    }

    private void onLeap(final long leapNs) {
        counters.increment(ProxyCounter.CLOCK_LEAPS);
        counters.set(ProxyCounter.CLOCK_UNPROVED_MS, leapNs > 0 ? Math.max(1, leapNs / NS_PER_MS) : 0);
        final Duration by = Duration.ofSeconds(TimeUnit.NANOSECONDS.toSeconds(Math.abs(leapNs)));
        if (leapNs > 0) {
            LOGGER.warn("the wall clock is {} ahead of the journal, which the uptime of this host does not explain: " +
                "either the host was off, or its clock is wrong. Journal time follows it; nothing is released for " +
                "its age before the proxy has run for a day with that clock", by);
        } else {
            LOGGER.warn("the wall clock is {} behind the journal: an earlier start had a wrong clock. Journal time " +
                "goes back to the wall clock, and repeats are folded anew", by);
        }
    }

    /** Looks at both clocks. To be called about every second. */
    void check() {
        final long wallAheadNs = clock.wallAheadNs();
        final boolean elsewhere = Math.abs(wallAheadNs) > JournalClock.TOLERANCE_NS;
        if (clock.isAnchorWanted()) {
            return;
        }
        if (elsewhere && (!isProved() || isUnset())) {
            undisputedNs = nanoClock.nanoTime();
            clock.wantAnchor();
            onLeap(wallAheadNs);
        } else if (elsewhere) {
            undisputedNs = nanoClock.nanoTime();
        } else if (!isProved() && nanoClock.nanoTime() - undisputedNs >= PROOF_NS) {
            counters.set(ProxyCounter.CLOCK_UNPROVED_MS, 0);
            LOGGER.info("the clock has proved right: segments are released for their age again");
        }
    }

    private boolean isUnset() {
        final long journalNs = clock.estimateNs();
        return UnsetClock.isUnset(journalNs) && !UnsetClock.isUnset(journalNs + clock.wallAheadNs());
    }

    /**
     * Whether ages in journal time can be believed.
     *
     * @return false while a leap ahead is unproved, or journal time is still to go to the wall clock.
     */
    boolean isProved() {
        return counters.get(ProxyCounter.CLOCK_UNPROVED_MS) == 0 && !clock.isAnchorWanted();
    }
}
