package herald.engine;

import herald.io.Disk;
import herald.io.ErrorText;
import herald.journal.JournalHandler;
import herald.link.DirectoryIdentity;
import herald.link.ErrorSummary;
import herald.link.HeraldDirectory;
import herald.link.LocalAddress;
import herald.log.SharedMappings;
import herald.receiver.DurableFeed;
import herald.receiver.EventReceiver;
import herald.receiver.Quarantine;
import herald.receiver.ReceiverCounter;
import herald.receiver.RecorderRegistry;
import herald.receiver.RecorderState;
import herald.stage.DispatchMark;
import herald.stage.Durability;
import herald.stage.FoldingRules;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import herald.writer.WriterAgent;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Everything that a running proxy consists of, opened in the order in which it depends on each other and closed in the
 * opposite one.
 */
final class ProxyParts implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final long QUARANTINE_LIMIT = 1024 * 1024;

    private final EventProxy.Context context;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<WriterAgent> writerAgents = new CopyOnWriteArrayList<>();
    private final DurableFeed durable = new DurableFeed();
    private final ErrorSummary placeErrors;
    private final long runId;
    /** With many writers, each segment of the dispatch log is mapped once. */
    private final Disk writersDisk;
    private DataDirectory directory;
    private DirectoryIdentity identity;
    private CountersFile counters;
    private ProxyMediaDriver mediaDriver;
    private ProxyLogs logs;
    private JournalClock clock;
    private EventPipeline pipeline;
    private EventReceiver receiver;
    private IngressAgent ingressAgent;
    private Housekeeping housekeeping;
    private volatile boolean failed;

    private ProxyParts(final EventProxy.Context context) {
        this.context = context;
        this.placeErrors = new ErrorSummary(error -> LOGGER.error("{}", ErrorText.of(error)), context.nanoClock);
        this.runId = context.random.nextLong();
        this.writersDisk = new SharedMappings(context.disk);
    }

    static ProxyParts open(final EventProxy.Context context) {
        final ProxyParts parts = new ProxyParts(context);
        try {
            parts.openDirectory();
            parts.logs = parts.opened(ProxyLogs.open(context, parts.counters, parts.proxyStart()));
            parts.identify();
            parts.openPipeline();
            parts.openLink();
            parts.openWriters();
            return parts;
        } catch (final IOException e) {
            parts.close();
            throw new ProxyException("cannot start in " + context.dataDir + ": " + ErrorText.of(e), e);
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
        directory = opened(DataDirectory.hold(context.disk, context.dataDir, context.access));
        directory.requireOriginal(context.adoptCopy);
        mediaDriver = opened(ProxyMediaDriver.launch(context));
        directory.prepare();
        counters = CountersFile.open(context.disk, DataDirectory.counters(context.dataDir));
        // Closed after the driver, which counts until then.
        opened.add(opened.indexOf(mediaDriver), counters);
        counters.set(ReceiverCounter.DRIVER_MISSING, 0);
    }

    private void identify() throws IOException {
        identity = directory.begin(logs.recovered(), new UUID(context.random.nextLong(), context.random.nextLong()),
            context.adoptCopy, runId, logs.journal().log().position());
        logs.journal().directory(identity.id(), identity.generation());
    }

    private void openPipeline() {
        clock = new JournalClock(context.clock, context.nanoClock, logs.recovered().lastJournalTimeNs(),
            context.uptime.nanoTime());
        pipeline = opened(new EventPipeline(
            new EventPipeline.Context(context.ringLength, context.arenaLength, context.turnLimit, clock,
                context.nanoClock, counters, this::onStageFailure),
            new JournalHandler(logs.journal(), context.durability, context.forceIntervalNs, context.nanoClock, durable,
                counters),
            logs.dedup(),
            logs.batch()));
    }

    private void openLink() throws IOException {
        final RecorderRegistry registry = new RecorderRegistry(pipeline, counters, identity,
            error -> LOGGER.error("receiver: {}", ErrorText.of(error)));
        for (final RecorderState recorder : logs.recovered().recorders()) {
            registry.add(recorder);
        }
        final Quarantine quarantine = opened(new Quarantine(directory.quarantine(), QUARANTINE_LIMIT));
        receiver = newReceiver(registry, quarantine);
        ingressAgent = new IngressAgent(receiver, pipeline, proxyStart(), this::areWritersPlaced, counters);
        housekeeping = new Housekeeping(context, logs, clock, counters, writerAgents, mediaDriver::look);
    }

    private EventReceiver newReceiver(final RecorderRegistry registry, final Quarantine quarantine) {
        try {
            // A driver from outside may have the address already, for this proxy.
            if (context.remoteListener != null && mediaDriver.isEmbedded()) {
                LocalAddress.requireFree(context.remoteListener.endpoint());
            }
            return new EventReceiver(
                new EventReceiver.Context(mediaDriver.connect(counters, identity.id()), context.remoteListener,
                    pipeline, durable, runId, context.pollLimit, context.maxEventLength,
                    HeraldDirectory.spoolDir(context.dataDir),
                    context.adoptIntervalNs, context.disk, quarantine, counters, context.nanoClock, context.clock,
                    new ErrorSummary(
                        error -> LOGGER.warn("receiver: {}", ErrorText.of(error)), context.nanoClock)),
                registry);
        } catch (final IOException e) {
            throw notListening(e);
        } catch (final RegistrationException e) {
            if (context.remoteListener == null) {
                throw e;
            }
            throw notListening(e);
        }
    }

    private ProxyException notListening(final Exception e) {
        return new ProxyException("cannot listen for remote recorders on " + context.remoteListener.endpoint() +
            ": " + ErrorText.of(e) + "; choose an address of this host and a free port", e);
    }

    private ProxyStart proxyStart() {
        return new ProxyStart(runId, context.dedupIntervalNs, context.batchIntervalNs, context.dedupKeyLimit,
            context.batchLengthLimit, context.defaults, wasUnderMaintenance(),
            FoldingRules.current(context.dedupIgnoredAttributes));
    }

    /** Where the journal is gone, the counter still says so. */
    private boolean wasUnderMaintenance() {
        final ProxyStart last = logs == null ? null : logs.recovered().start();
        return last == null ? counters.get(ProxyCounter.MAINTENANCE) == 1 : last.maintenance();
    }

    private void openWriters() throws IOException {
        // A new one begins behind the batch that an earlier run left open.
        final DispatchMark start = new DispatchMark();
        ingressAgent.request(start);
        for (final ProxySettings.WriterSetup setup : context.writers) {
            openWriter(setup, start);
        }
    }

    WriterAgent openWriter(final ProxySettings.WriterSetup setup, final DispatchMark begin) throws IOException {
        final WriterAgent.Context shared = new WriterAgent.Context(
            writersDisk, DataDirectory.dispatch(context.dataDir), logs.dispatchLog().logId(),
            begin, DataDirectory.bookmarks(context.dataDir), directory.deadLetters(),
            context.durability == Durability.DISK,
            context.nanoClock, context.clock, context.random, counters);
        final WriterPast past = WriterPast.of(context.disk, shared.bookmarkDir(), setup.writer().name());
        final WriterAgent agent = new WriterAgent(shared, setup.writer(), setup.filter(), setup.startsAtOldest());
        logs.lost().tell(agent, past, shared.logId());
        writerAgents.add(agent);
        return agent;
    }

    void removeWriter(final WriterAgent agent) {
        writerAgents.remove(agent);
    }

    /** An event that is acknowledged before would not reach a writer that a crash makes new again. */
    private boolean areWritersPlaced() {
        boolean placed = true;
        for (final WriterAgent agent : writerAgents) {
            try {
                placed &= agent.place();
            } catch (final IOException e) {
                placed = false;
                placeErrors.onError(new IOException("cannot write the bookmark of writer " + agent.name() + ": " +
                    ErrorText.of(e) + "; nothing is taken from recorders before it is written", e));
            }
        }
        return placed;
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
        final long end = logs.dispatchLog().log().position();
        return writerAgents.stream().allMatch(writer -> writer.isFailing() || writer.takenPosition() >= end);
    }

    DirectoryIdentity identity() {
        return identity;
    }

    void readKeyAgain() {
        if (context.remoteListener != null && context.remoteListener.key().readAgain()) {
            LOGGER.info("remote recorders that come from now on must have the new key");
        }
    }

    String linkFailure() {
        return mediaDriver.failure();
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

    List<WriterAgent> writerAgents() {
        return writerAgents;
    }

    /** After a stop in order the logs are forced, whatever the durability; after a failure nothing is called good. */
    @Override
    public void close() {
        if (logs != null) {
            if (failed) {
                logs.cutUnforced();
            } else {
                logs.force();
            }
        }
        for (int i = opened.size() - 1; i >= 0; i--) {
            CloseHelper.quietClose(opened.get(i));
        }
    }
}
