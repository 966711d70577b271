package herald.engine;

import herald.dedup.DedupHandler;
import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.journal.Journal;
import herald.journal.JournalHandler;
import herald.journal.JournalRecovery;
import herald.link.HeraldDirectory;
import herald.log.LogDamage;
import herald.log.LogReader;
import herald.log.SegmentedLog;
import herald.receiver.DurableFeed;
import herald.receiver.EventReceiver;
import herald.receiver.Quarantine;
import herald.receiver.RecorderRegistry;
import herald.receiver.RecorderState;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import herald.writer.Bookmark;
import herald.writer.WriterAgent;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Everything that a running proxy consists of, opened in the order in which it depends on each other and closed in the
 * opposite one.
 */
final class ProxyParts implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final int TURN_LIMIT = 256;
    private static final long QUARANTINE_LIMIT = 1024 * 1024;

    private final EventProxy.Context context;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Agent> writerAgents = new ArrayList<>();
    private final DurableFeed durable = new DurableFeed();
    private final long runId;
    private DataDirectory directory;
    private CountersFile counters;
    private ProxyMediaDriver mediaDriver;
    private DispatchLog dispatchLog;
    private Journal journal;
    private DedupHandler dedup;
    private BatchHandler batch;
    private JournalClock clock;
    private JournalRecovery recovered;
    private EventPipeline pipeline;
    private EventReceiver receiver;
    private IngressAgent ingressAgent;
    private Housekeeping housekeeping;
    private volatile boolean failed;

    private ProxyParts(final EventProxy.Context context) {
        this.context = context;
        this.runId = context.random.nextLong();
    }

    static ProxyParts open(final EventProxy.Context context) {
        final ProxyParts parts = new ProxyParts(context);
        try {
            parts.openDirectory();
            parts.openLogs();
            parts.recover();
            parts.openLink();
            parts.openWriters();
            return parts;
        } catch (final IOException e) {
            parts.close();
            throw new ProxyException("cannot start in " + context.dataDir + ": " + e.getMessage(), e);
        } catch (final RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(final T part) {
        opened.add(part);
        return part;
    }

    private void openDirectory() throws IOException {
        directory = opened(DataDirectory.acquire(context.disk, context.dataDir));
        counters = opened(CountersFile.open(context.disk, DataDirectory.counters(context.dataDir)));
        mediaDriver = opened(ProxyMediaDriver.launch(context));
    }

    private void openLogs() throws IOException {
        final Path dispatchDir = DataDirectory.dispatch(context.dataDir);
        final Path journalDir = DataDirectory.journal(context.dataDir);
        final SegmentedLog dispatch = openLog(
            dispatchDir, context.dispatchSegmentLength, furthestBookmark(dispatchDir));
        final DispatchRecovery.LastBatch last = recovery().findLastBatch();
        dispatchLog = opened(new DispatchLog(
            dispatch, last.resumePosition(), LogReader.segmentBases(context.disk, dispatchDir).get(0)));
        final SegmentedLog log = openLog(journalDir, context.journalSegmentLength, last.resumePosition());
        recovered = JournalRecovery.read(context.disk, journalDir, this::onDamage);
        journal = opened(new Journal(log, recovered, context.forgetRecorderNs));
        dedup = opened(new DedupHandler(context.random.nextLong(), counters));
        batch = new BatchHandler(dispatchLog, context.durability == Durability.DISK, counters);
    }

    private SegmentedLog openLog(final Path dir, final int segmentLength, final long claimedPosition) {
        final SegmentedLog log = SegmentedLog.open(
            new SegmentedLog.Config(context.disk, dir, segmentLength,
                new UUID(context.random.nextLong(), context.random.nextLong()), context.clock),
            claimedPosition,
            this::onDamage);
        if (log.cutLength() > 0) {
            counters.add(ProxyCounter.CUT_BYTES, log.cutLength());
            LOGGER.warn("{}: padded {} bytes of a record that was not whole, at its end", dir, log.cutLength());
        }
        return log;
    }

    private long furthestBookmark(final Path dispatchDir) throws IOException {
        final UUID logId = LogReader.logId(context.disk, dispatchDir);
        long furthest = 0;
        for (final Path file : context.disk.list(DataDirectory.bookmarks(context.dataDir), Bookmark.SUFFIX)) {
            try (Bookmark bookmark = Bookmark.open(context.disk, file, false)) {
                if (bookmark.state() == Bookmark.State.PLACED && bookmark.logId().equals(logId)) {
                    furthest = Math.max(furthest, bookmark.position());
                }
            } catch (final IOException e) {
                LOGGER.debug("its writer will report that {} is damaged", file, e);
            }
        }
        return furthest;
    }

    private DispatchRecovery recovery() {
        return new DispatchRecovery(
            context.disk,
            DataDirectory.journal(context.dataDir),
            DataDirectory.dispatch(context.dataDir),
            this::onDamage);
    }

    private void recover() throws IOException {
        final DispatchRecovery recovery = recovery();
        final DispatchRecovery.LastBatch last = recovery.findLastBatch();
        final ProxyStart settings = recovery.settingsAt(last.resumePosition());
        if (context.durability != Durability.PROCESS) {
            journal.force();
        }
        if (settings != null) {
            dedup.configure(settings);
            batch.configure(settings);
            recovery.restoreWindows(last, settings, dedup);
            final long replayed = recovery.replay(last.resumePosition(), dedup, batch);
            LOGGER.info("recovered {} recorders, replayed {} journal records", recovered.recorders().size(), replayed);
        } else {
            dedup.configure(proxyStart());
        }
        clock = new JournalClock(context.clock, context.nanoClock, recovered.lastJournalTimeNs());
        pipeline = new EventPipeline(
            new EventPipeline.Context(context.ringLength, context.arenaLength, TURN_LIMIT, clock, context.nanoClock,
                counters, this::onStageFailure),
            new JournalHandler(journal, context.durability, context.forceIntervalNs, context.nanoClock, durable,
                counters),
            dedup,
            batch);
    }

    private void openLink() throws IOException {
        final RecorderRegistry registry = new RecorderRegistry(pipeline, counters);
        for (final RecorderState recorder : recovered.recorders()) {
            registry.add(recorder);
        }
        final Quarantine quarantine = opened(new Quarantine(directory.quarantine(), QUARANTINE_LIMIT));
        receiver = newReceiver(registry, quarantine);
        ingressAgent = new IngressAgent(receiver, pipeline, proxyStart());
        housekeeping = new Housekeeping(context, journal, dispatchLog, dedup, clock, counters);
    }

    private EventReceiver newReceiver(final RecorderRegistry registry, final Quarantine quarantine) {
        try {
            return new EventReceiver(
                new EventReceiver.Context(mediaDriver.connect(counters), context.remoteListener, pipeline, durable,
                    runId, context.maxEventLength, HeraldDirectory.spoolDir(context.dataDir), context.adoptIntervalNs,
                    context.disk, quarantine, counters, context.nanoClock, context.clock,
                    error -> LOGGER.warn("receiver: {}", error.getMessage())),
                registry);
        } catch (final RegistrationException e) {
            if (context.remoteListener == null) {
                throw e;
            }
            throw new ProxyException("cannot listen for remote recorders on " + context.remoteListener.endpoint() +
                ": " + e.getMessage() + "; choose an address of this host and a free port", e);
        }
    }

    private ProxyStart proxyStart() {
        return new ProxyStart(runId, context.dedupIntervalNs, context.batchIntervalNs, context.dedupKeyLimit,
            context.batchLengthLimit, context.defaults);
    }

    private void openWriters() throws IOException {
        final WriterAgent.Context shared = new WriterAgent.Context(
            context.disk, DataDirectory.dispatch(context.dataDir), dispatchLog.logId(), dispatchLog.log().position(),
            DataDirectory.bookmarks(context.dataDir), directory.deadLetters(), context.durability == Durability.DISK,
            context.nanoClock, context.clock, context.random, counters);
        for (final ProxySettings.WriterSetup setup : context.writers) {
            writerAgents.add(new WriterAgent(shared, setup.writer(), setup.filter(), setup.startsAtOldest()));
        }
    }

    private void onDamage(final LogDamage damage) {
        counters.add(ProxyCounter.DAMAGED_BYTES, damage.toPosition() - damage.fromPosition());
        LOGGER.error("damage at {}", damage);
    }

    private void onStageFailure(final String stage, final Throwable cause) {
        onFailure(new ProxyException(stage + " failed: " + cause, cause));
    }

    void onFailure(final Throwable cause) {
        if (!failed) {
            failed = true;
            context.failureListener.accept(cause);
        }
    }

    boolean hasFailed() {
        return failed;
    }

    boolean writersDelivered() {
        final long end = dispatchLog.log().position();
        return writerAgents.stream().allMatch(agent -> {
            final WriterAgent writer = (WriterAgent)agent;
            return writer.isFailing() || writer.deliveredPosition() >= end;
        });
    }

    String aeronDirectoryName() {
        return mediaDriver.directoryName();
    }

    CountersFile counters() {
        return counters;
    }

    EventPipeline pipeline() {
        return pipeline;
    }

    EventReceiver receiver() {
        return receiver;
    }

    IngressAgent ingressAgent() {
        return ingressAgent;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    List<Agent> driverAgents() {
        return mediaDriver.agents();
    }

    List<Agent> writerAgents() {
        return writerAgents;
    }

    /** After a stop in order the logs are forced, whatever the durability; after a failure nothing is called good. */
    @Override
    public void close() {
        if (!failed && journal != null) {
            try {
                journal.force();
                dispatchLog.log().force();
            } catch (final IOException e) {
                LOGGER.error("the logs could not be forced: after a power cut their end may be missing", e);
            }
        }
        for (int i = opened.size() - 1; i >= 0; i--) {
            CloseHelper.quietClose(opened.get(i));
        }
    }
}
