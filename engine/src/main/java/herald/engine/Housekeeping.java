package herald.engine;

import herald.dedup.DedupHandler;
import herald.dispatch.DispatchLog;
import herald.io.ErrorText;
import herald.journal.Journal;
import herald.journal.SegmentAges;
import herald.link.HeraldDirectory;
import herald.log.LogException;
import herald.log.SegmentedLog;
import herald.recorder.SpoolRetirement;
import herald.stage.ProxyCounter;
import herald.writer.WriterAgent;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does what may take long beside the stages: the next segment of each log, the next dedup map, retention of both logs
 * and of spools; and looks whether the segments are still the files of their names, and the media driver lives.
 *
 * <p>A journal segment goes when it is over size or age and recovery does not need it: neither to make the dispatch log
 * nor for the recorder table. Age is journal time: a wall clock that is set forth while the proxy runs releases
 * nothing, and one that was wrong while the proxy started does so only once {@link ClockWatch} takes it for proved. A
 * dispatch segment goes when the log is over its cap and recovery does not read it. The cap comes before slow writers:
 * a writer that falls behind it is told what it lost.
 */
final class Housekeeping implements Agent {
    private static final Logger LOGGER = LoggerFactory.getLogger(Housekeeping.class);
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** While logs grow by a segment every second or faster. */
    private static final long BUSY_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long BUSY_FOR_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETENTION_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long PRESENCE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long NS_PER_MS = 1_000_000L;

    private final EventProxy.Context context;
    private final Journal journal;
    private final DispatchLog dispatchLog;
    private final DedupHandler dedup;
    private final JournalClock clock;
    private final CountersFile counters;
    private final SegmentAges ages;
    private final OvertakenWriters overtaken;
    private final ClockWatch clockWatch;
    private final SpoolRetirement spools;
    private final Runnable driverLook;
    private long nextNs;
    private long busyUntilNs;
    private long nextRetentionNs;
    private long nextPresenceNs;
    private boolean complained;

    Housekeeping(
        final EventProxy.Context context,
        final ProxyLogs logs,
        final JournalClock clock,
        final CountersFile counters,
        final List<WriterAgent> writers,
        final Runnable driverLook) {
        this.driverLook = driverLook;
        this.overtaken = new OvertakenWriters(context.disk, DataDirectory.dispatch(context.dataDir), writers);
        this.context = context;
        this.journal = logs.journal();
        this.dispatchLog = logs.dispatchLog();
        this.dedup = logs.dedup();
        this.clock = clock;
        this.counters = counters;
        this.ages = new SegmentAges(context.disk, DataDirectory.journal(context.dataDir));
        this.clockWatch = new ClockWatch(clock, context.nanoClock, counters);
        journal.forgetRecorders(clockWatch.isProved());
        this.nextNs = context.nanoClock.nanoTime();
        this.nextRetentionNs = nextNs;
        this.nextPresenceNs = nextNs;
        this.busyUntilNs = nextNs;
        this.spools = new SpoolRetirement(context.disk, HeraldDirectory.spoolDir(context.dataDir), context.spoolAgeNs,
            nextNs, error -> LOGGER.warn("{}", ErrorText.of(error)));
    }

    @Override
    public int doWork() {
        final long nowNs = context.nanoClock.nanoTime();
        if (nowNs - nextNs < 0) {
            return 0;
        }
        nextNs = nowNs + (nowNs - busyUntilNs < 0 ? BUSY_INTERVAL_NS : INTERVAL_NS);
        int work = 0;
        try {
            // Before all that fails in a directory that is gone.
            if (nowNs - nextPresenceNs >= 0) {
                nextPresenceNs = nowNs + PRESENCE_INTERVAL_NS;
                requirePresence(journal.log());
                requirePresence(dispatchLog.log());
            }
            work += journal.log().prepareNextSegment() ? 1 : 0;
            work += dispatchLog.log().prepareNextSegment() ? 1 : 0;
            busyUntilNs = work > 0 ? nowNs + BUSY_FOR_NS : busyUntilNs;
            work += dedup.prepare() ? 1 : 0;
            if (nowNs - nextRetentionNs >= 0) {
                nextRetentionNs = nowNs + RETENTION_INTERVAL_NS;
                driverLook.run();
                counters.set(ProxyCounter.CLOCK_OFFSET_MS, clock.wallAheadNs() / NS_PER_MS);
                clockWatch.check();
                journal.forgetRecorders(clockWatch.isProved());
                work += release();
                final int retired = spools.step(nowNs);
                counters.add(ProxyCounter.SPOOLS_RETIRED, retired);
                work += retired;
            }
            complained = false;
        } catch (final IOException | LogException e) {
            complain(e);
        }
        return work;
    }

    /** What is appended to a file without a name is gone when the proxy ends: so nothing more may be acknowledged. */
    private void requirePresence(final SegmentedLog log) throws IOException {
        final String defect = log.defect();
        if (defect != null) {
            throw new ProxyException(defect + " while the proxy ran: nothing more is acknowledged and the proxy " +
                "stops, since what it appends there would be lost. Put the file back if it was moved; herald verify " +
                "then says what is missing, before the proxy is started again", new NoSuchFileException(defect));
        }
        for (final String lost : log.lostSegments()) {
            counters.increment(ProxyCounter.SEGMENTS_LOST);
            LOGGER.error("{} while the proxy ran: what it held is gone, the proxy goes on", lost);
        }
    }

    /** The stage that needs what could not be done says so itself, when it comes to that. */
    private void complain(final Exception e) {
        if (!complained) {
            complained = true;
            LOGGER.warn("housekeeping tries again: {}", ErrorText.of(e));
        }
    }

    private int release() throws IOException {
        final SegmentedLog log = journal.log();
        // Asked first: a time read before it may be one that journal time has left since.
        final boolean proved = clockWatch.isProved();
        final long nowNs = clock.estimateNs();
        final long oldEnough =
            proved ? ages.endOfOldestBefore(nowNs - context.journalRetentionNs, nowNs) : 0;
        final long surplus = log.position() - context.journalRetentionLength;
        final long recoverable = Math.min(dispatchLog.resumePosition(), journal.headPosition());
        final int released = log.releaseBefore(Math.min(recoverable, Math.max(oldEnough, surplus))) +
            releaseDispatched(Math.min(
                dispatchLog.recoveryPosition(), dispatchLog.log().position() - context.dispatchRetentionLength));
        counters.add(ProxyCounter.SEGMENTS_RELEASED, released);
        return released;
    }

    private int releaseDispatched(final long position) throws IOException {
        if (position <= 0) {
            return 0;
        }
        // Said before it is done: what is missing behind it was taken away by somebody else.
        final long end = overtaken.beforeRelease(position);
        counters.set(ProxyCounter.DISPATCH_RELEASED_POSITION,
            Math.max(end, counters.get(ProxyCounter.DISPATCH_RELEASED_POSITION)));
        return dispatchLog.log().releaseBefore(position);
    }

    @Override
    public String roleName() {
        return "herald-housekeeping";
    }
}
