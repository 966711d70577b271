package herald.engine;

import herald.dedup.DedupHandler;
import herald.dispatch.DispatchLog;
import herald.journal.Journal;
import herald.log.SegmentedLog;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Does what may take long beside the stages: the next segment of each log, the next dedup map, retention.
 *
 * <p>A journal segment goes when it is over size or age and the dispatch log does not need it for recovery; a dispatch
 * segment when the log is over its cap and recovery does not read it. The cap comes before slow writers: a writer that
 * falls behind it is told what it lost.
 */
final class Housekeeping implements Agent {
    private static final Logger LOGGER = LoggerFactory.getLogger(Housekeeping.class);
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long RETENTION_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_MS = 1_000_000L;

    private final EventProxy.Context context;
    private final Journal journal;
    private final DispatchLog dispatchLog;
    private final DedupHandler dedup;
    private final JournalClock clock;
    private final CountersFile counters;
    private long nextNs;
    private long nextRetentionNs;
    private boolean complained;

    Housekeeping(
        final EventProxy.Context context,
        final Journal journal,
        final DispatchLog dispatchLog,
        final DedupHandler dedup,
        final JournalClock clock,
        final CountersFile counters) {
        this.context = context;
        this.journal = journal;
        this.dispatchLog = dispatchLog;
        this.dedup = dedup;
        this.clock = clock;
        this.counters = counters;
        this.nextNs = context.nanoClock.nanoTime();
        this.nextRetentionNs = nextNs;
    }

    @Override
    public int doWork() {
        final long nowNs = context.nanoClock.nanoTime();
        if (nowNs - nextNs < 0) {
            return 0;
        }
        nextNs = nowNs + INTERVAL_NS;
        int work = 0;
        try {
            work += journal.log().prepareNextSegment() ? 1 : 0;
            work += dispatchLog.log().prepareNextSegment() ? 1 : 0;
            work += dedup.prepare() ? 1 : 0;
            if (nowNs - nextRetentionNs >= 0) {
                nextRetentionNs = nowNs + RETENTION_INTERVAL_NS;
                counters.set(ProxyCounter.CLOCK_OFFSET_MS, clock.wallAheadNs() / NS_PER_MS);
                work += release();
            }
            complained = false;
        } catch (final IOException e) {
            complain(e);
        }
        return work;
    }

    /** The stage that needs what could not be done says so itself, when it comes to that. */
    private void complain(final IOException e) {
        if (!complained) {
            complained = true;
            LOGGER.warn("housekeeping tries again: {}", e.getMessage());
        }
    }

    private int release() throws IOException {
        final SegmentedLog log = journal.log();
        final long oldEnough = log.endOfOldestBefore(context.clock.nanoTime() - context.journalRetentionNs);
        final long surplus = log.position() - context.journalRetentionLength;
        final int released = log.releaseBefore(Math.min(dispatchLog.resumePosition(), Math.max(oldEnough, surplus))) +
            dispatchLog.log().releaseBefore(Math.min(
                dispatchLog.recoveryPosition(), dispatchLog.log().position() - context.dispatchRetentionLength));
        counters.add(ProxyCounter.SEGMENTS_RELEASED, released);
        return released;
    }

    @Override
    public String roleName() {
        return "herald-housekeeping";
    }
}
