package herald.engine;

import herald.dedup.DedupHandler;
import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.journal.Journal;
import herald.journal.JournalRecovery;
import herald.log.LogDamage;
import herald.log.LogException;
import herald.log.LogReader;
import herald.log.SegmentedLog;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import herald.verify.DispatchRemake;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Journal and dispatch log of a proxy, opened and recovered, with the handlers that recovery has brought to where the
 * journal ends. Opened and closed by one thread; the stages own what it holds in between.
 */
final class ProxyLogs implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);

    private final ProxySettings settings;
    private final CountersFile counters;
    private final Path journalDir;
    private final Path dispatchDir;
    private final DispatchRecovery recovery;
    private final LostDispatch lost;
    /** Recovery reads some records more than once: each is reported once. */
    private final Set<String> unreadable = new HashSet<>();
    private DispatchLog dispatchLog;
    private Journal journal;
    private DedupHandler dedup;
    private BatchHandler batch;
    private JournalRecovery recovered;

    private ProxyLogs(final ProxySettings settings, final CountersFile counters) {
        this.settings = settings;
        this.counters = counters;
        this.journalDir = DataDirectory.journal(settings.dataDir);
        this.dispatchDir = DataDirectory.dispatch(settings.dataDir);
        this.recovery = new DispatchRecovery(
            settings.disk, journalDir, dispatchDir, damageIn(journalDir), damageIn(dispatchDir));
        this.lost = new LostDispatch(settings.disk, settings.dataDir, counters);
    }

    /**
     * Opens the logs of a data directory and recovers what they say.
     *
     * @param settings of the proxy, concluded.
     * @param counters told what was found.
     * @param start    what applies until the start record is journaled, should there be no journal.
     * @return the logs, at their ends.
     * @throws IOException              where a disk fails.
     * @throws herald.log.LogException  where a log can't be used: says why and what would mend it.
     */
    static ProxyLogs open(final ProxySettings settings, final CountersFile counters, final ProxyStart start)
        throws IOException {
        final ProxyLogs logs = new ProxyLogs(settings, counters);
        boolean opened = false;
        try {
            logs.openLogs();
            logs.recover(start);
            logs.lost.onRecovered();
            opened = true;
            return logs;
        } finally {
            if (!opened) {
                logs.close();
            }
        }
    }

    private void openLogs() throws IOException {
        final BookmarkedRange bookmarked =
            BookmarkedRange.of(settings.disk, settings.dataDir, LogReader.logId(settings.disk, dispatchDir));
        remakeDamaged(Math.max(bookmarked.least(), lost.released()));
        final SegmentedLog dispatch = openLog(dispatchDir, settings.dispatchSegmentLength, bookmarked.furthest());
        dispatchLog = new DispatchLog(dispatch, 0, LogReader.segmentBases(settings.disk, dispatchDir).get(0));
        final DispatchRecovery.LastBatch last = recovery.findLastBatch();
        dispatchLog.resumePosition(last.resumePosition());
        lost.onOpened(settings.dataDir, last.resumePosition(), dispatch.position());
        final boolean journalGone = LogReader.segmentBases(settings.disk, journalDir).isEmpty();
        final SegmentedLog log = openLog(journalDir, settings.journalSegmentLength, last.resumePosition());
        final long known = Math.max(last.resumePosition(), counters.get(ProxyCounter.DEDUPLICATED_POSITION));
        if (journalGone && known > 0) {
            onJournalGone(known, last.resumePosition());
        }
        recovered = JournalRecovery.read(settings.disk, journalDir, damageIn(journalDir));
        journal = new Journal(log, recovered, settings.forgetRecorderNs);
        dedup = new DedupHandler(settings.random.nextLong(), settings.dedupIndexLimit, counters);
        batch = new BatchHandler(dispatchLog, settings.durability == Durability.DISK, counters);
        dedup.countFrom(counted(ProxyCounter.DEDUPLICATED_POSITION));
        batch.countFrom(counted(ProxyCounter.DISPATCHED_POSITION));
    }

    /** A batch that can't be read would be passed over by the writers that have yet to read it. */
    private void remakeDamaged(final long fromPosition) throws IOException {
        if (fromPosition == BookmarkedRange.NONE) {
            return;
        }
        final DispatchRemake remake;
        try {
            remake = DispatchRemake.before(settings.disk, settings.dataDir, fromPosition, settings.clock);
        } catch (final LogException e) {
            LOGGER.debug("opening the log reports it", e);
            return;
        }
        if (!remake.done().isEmpty()) {
            counters.increment(ProxyCounter.DISPATCH_REMADE);
            lost.onRemade();
            LOGGER.warn("{}: damaged where a writer has yet to read ({}), and the journal holds what it was made of: " +
                "made again from there on, and delivered again ({})", dispatchDir, remake.damages(), remake.done());
        } else if (!remake.damages().isEmpty()) {
            LOGGER.error("{}: damaged where a writer has yet to read ({}), and the journal does not give it again: " +
                "these batches are lost to that writer", dispatchDir, remake.damages());
        }
    }

    private void onJournalGone(final long known, final long dispatchedUpTo) {
        final boolean maintenance = counters.get(ProxyCounter.MAINTENANCE) == 1;
        counters.increment(ProxyCounter.JOURNALS_GONE);
        LOGGER.error("{}: the journal is gone, it had come to position {} at least and the dispatch log was made " +
            "from it up to position {}: what was not dispatched is lost, recorders are met anew, maintenance is {} " +
            "as counters.dat has it; stop and put the segments back if you have them",
            journalDir, known, dispatchedUpTo, maintenance ? "on" : "off");
    }

    /** A journal that was wiped begins anew below what was counted of the one before. */
    private long counted(final ProxyCounter counter) {
        final long position = Math.min(counters.get(counter), journal.log().position());
        counters.set(counter, position);
        return position;
    }

    private SegmentedLog openLog(final Path dir, final int segmentLength, final long claimedPosition) {
        final SegmentedLog.Config config = new SegmentedLog.Config(settings.disk, dir, segmentLength,
            new UUID(settings.random.nextLong(), settings.random.nextLong()), settings.clock);
        final SegmentedLog log = settings.durability == Durability.PROCESS ?
            SegmentedLog.open(config, claimedPosition, this::onDamage) :
            SegmentedLog.openForced(config, claimedPosition, this::onDamage);
        if (log.cutLength() > 0) {
            counters.add(ProxyCounter.CUT_BYTES, log.cutLength());
            LOGGER.warn("{}: padded {} bytes at its end, of records that were not whole or came behind such a one",
                dir, log.cutLength());
        }
        return log;
    }

    private void recover(final ProxyStart start) throws IOException {
        final DispatchRecovery.LastBatch last = recovery.findLastBatch();
        final DispatchRecovery.InForce inForce = recovery.inForceAt(last.resumePosition());
        if (settings.durability != Durability.PROCESS) {
            journal.force();
        }
        if (inForce == null) {
            dedup.configure(start);
            return;
        }
        dedup.configure(inForce.settings());
        batch.configure(inForce.settings());
        recovery.restoreWindows(last, inForce, dedup);
        final long replayed = recovery.replay(last.resumePosition(), dedup, batch);
        LOGGER.info("recovered {} recorders, replayed {} journal records", recovered.recorders().size(), replayed);
    }

    private void onDamage(final LogDamage damage) {
        counters.add(ProxyCounter.DAMAGED_BYTES, damage.toPosition() - damage.fromPosition());
        LOGGER.error("damage at {}", damage);
    }

    private LogDamage.Listener damageIn(final Path log) {
        return damage -> {
            if (!damage.unreadable()) {
                onDamage(damage);
            } else if (unreadable.add(log.getFileName() + " " + damage.fromPosition())) {
                counters.increment(ProxyCounter.UNREADABLE_RECORDS);
                LOGGER.error("{}, {}", log, damage);
            }
        };
    }

    DispatchLog dispatchLog() {
        return dispatchLog;
    }

    Journal journal() {
        return journal;
    }

    DedupHandler dedup() {
        return dedup;
    }

    BatchHandler batch() {
        return batch;
    }

    LostDispatch lost() {
        return lost;
    }

    JournalRecovery recovered() {
        return recovered;
    }

    /**
     * Forces both logs, after a stop in order, whatever the durability.
     */
    void force() {
        try {
            journal.force();
            dispatchLog.log().force();
        } catch (final IOException e) {
            LOGGER.error("the logs could not be forced: after a power cut their end may be missing", e);
        }
    }

    /**
     * Takes back the end of the journal that a failed force left in doubt, where nothing but a force acknowledges.
     * Under {@link Durability#PROCESS} recorders were told of it, under {@link Durability#INTERVAL} writers may have
     * seen it: it stays then, and the next start that promises more than the page cache writes it again.
     */
    void cutUnforced() {
        final long cut = settings.durability == Durability.DISK ? journal.log().cutUnforced() : 0;
        if (cut > 0) {
            counters.add(ProxyCounter.CUT_BYTES, cut);
            LOGGER.warn("{}: took back {} bytes that could not be forced; recorders send them again", journalDir, cut);
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(dedup, journal, dispatchLog);
    }
}
