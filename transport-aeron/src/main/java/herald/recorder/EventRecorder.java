package herald.recorder;

import herald.events.EventCatalog;
import herald.events.EventType;
import herald.events.Severity;
import herald.io.Disk;
import herald.io.ErrorText;
import herald.link.AgentThread;
import herald.link.Profile;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Records events of one component: the client in the recording process. An accepted event is in the spool, a
 * memory-mapped file, when {@code record} returns; it reaches the proxy's journal once and in order, whatever dies
 * meanwhile.
 *
 * <p>Any number of threads may record. A call never blocks beyond the configured bound, allocates nothing (attributes'
 * iterators aside) and throws for the caller's mistakes only. Message and attributes are read once, before any lock is
 * taken: code of the application that runs in them may record, wait or throw, and meets nobody but its own caller.
 *
 * <pre>
 *   EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
 *       .component("cmd").eventTypes(ClusterEvents.CATALOG));
 *   recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "Leader election started", null);
 * </pre>
 */
public final class EventRecorder implements AutoCloseable {
    /** The spool has no room: the event was not accepted. */
    public static final long SPOOL_FULL = -1;
    /** The encoded event is over the limit: it was not accepted. */
    public static final long TOO_LONG = -2;
    /** The recorder was closed: the event was not accepted. */
    public static final long CLOSED = -3;
    /**
     * With {@link SpoolDurability#DISK}: the spool's device failed. The event was not accepted, and none is until the
     * recorder is launched again; what was accepted before is sent. Only a power cut may bring the event back.
     */
    public static final long NOT_DURABLE = -4;
    /**
     * The spool's file was moved, deleted, replaced or written over under the recorder, as its error handler was told:
     * the event was not accepted, and none is until the recorder is launched again. What was accepted before is sent
     * where the link is live, and kept where {@link #spoolFile()} says.
     */
    public static final long SPOOL_LOST = -5;

    private static final long CONDUCTOR_PATIENCE_MS = 2_000;

    private final Context context;
    private final KnownTypes types;
    private final int maxEventLength;
    private final Spool spool;
    private final SpoolAppender appender;
    private final RecorderLink link;
    private final SpoolWatch watch;
    private final SpoolDrainer drainer;
    private final CapturedTexts.Pool texts;
    private final AckWaiters waiters;
    private final AgentInvoker invoker;
    private final AgentThread thread;
    private final AtomicBoolean closing = new AtomicBoolean();

    private EventRecorder(final Context context, final Spool spool) {
        this.context = context;
        this.types = new KnownTypes(context);
        this.maxEventLength = context.maxEventLength;
        this.spool = spool;
        this.appender = new SpoolAppender(context, spool);
        this.link = new RecorderLink(context, spool);
        this.watch = new SpoolWatch(context, spool, appender, link);
        this.drainer = context.remoteProxy == null ? null : new SpoolDrainer(context, spool);
        this.texts = new CapturedTexts.Pool(maxEventLength);
        this.waiters = new AckWaiters(context, link::acknowledgedSequence);
        final RecorderConductor conductor = new RecorderConductor(context, link, watch, drainer, waiters);
        if (context.useConductorInvoker) {
            invoker = new AgentInvoker(context.errors, null, conductor);
            invoker.start();
            waiters.stepWith(invoker);
            thread = null;
        } else {
            invoker = null;
            thread = AgentThread.start(conductor, context.idleStrategy, context.errors, context.threadFactory);
        }
    }

    /**
     * Opens a spool and starts to send what is in it. The first recorder of a process serves {@link Events} too.
     *
     * @param context what to record for and how.
     * @return the recorder.
     * @throws IllegalArgumentException where the context is wrong: names the value and what would be right.
     * @throws SpoolException           where no spool can be opened.
     */
    public static EventRecorder launch(final Context context) {
        context.conclude();
        final boolean interrupted = Thread.interrupted();
        try {
            return launchConcluded(context);
        } finally {
            context.errors.tell();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static EventRecorder launchConcluded(final Context context) {
        final Spool spool = SpoolFile.acquire(
            context.disk, context.spoolDir, context.component, context.spoolLength, context.idGenerator,
            SpoolFile::holdsEvents, context.errors);
        EventRecorder recorder = null;
        try {
            if (context.durability == SpoolDurability.DISK) {
                spool.forceFirst();
            }
            recorder = new EventRecorder(context, spool);
        } catch (final IOException e) {
            throw new SpoolException("cannot force spool " + spool.file() + ": " + ErrorText.of(e) +
                "; choose a directory on another device, or durability PROCESS", e);
        } finally {
            if (recorder == null) {
                spool.close();
            }
        }
        Events.offer(recorder);
        return recorder;
    }

    /**
     * Records an event without attributes.
     *
     * @param type      of a catalog that this recorder was launched with.
     * @param severity  or null for the type's default.
     * @param message   for people.
     * @param reference what it is about, or null for the proxy's default.
     * @return the event's sequence, above 0, once it is accepted; {@link #SPOOL_FULL}, {@link #TOO_LONG},
     *         {@link #CLOSED}, {@link #NOT_DURABLE} or {@link #SPOOL_LOST} where it is not.
     * @throws IllegalArgumentException where the type is of another catalog.
     */
    public long record(
        final EventType type, final Severity severity, final CharSequence message, final ObjectReference reference) {
        return record(type, severity, message, reference, null);
    }

    /**
     * Records an event.
     *
     * @param type       of a catalog that this recorder was launched with.
     * @param severity   or null for the type's default.
     * @param message    for people.
     * @param reference  what it is about, or null for the proxy's default.
     * @param attributes carried with it, or null; no part of its identity for dedup.
     * @return as {@link #record(EventType, Severity, CharSequence, ObjectReference)}.
     * @throws IllegalArgumentException where the type is of another catalog.
     */
    public long record(
        final EventType type,
        final Severity severity,
        final CharSequence message,
        final ObjectReference reference,
        final Map<String, String> attributes) {
        types.require(type);
        final Severity effective = severity == null ? type.severity() : severity;
        if (message instanceof String text && (attributes == null || attributes.isEmpty())) {
            return record(type, effective, text, null, reference);
        }
        final CapturedTexts captured = texts.take();
        try {
            return captured.capture(message, attributes, type.ignoredAttributes()) ?
                record(type, effective, null, captured, reference) :
                appender.refuse(TOO_LONG, RecorderCounter.TOO_LONG);
        } finally {
            texts.giveBack(captured);
        }
    }

    private long record(
        final EventType type, final Severity severity, final String message, final CapturedTexts captured,
        final ObjectReference reference) {
        final int length = appender.encodedLength(type, message, captured, reference);
        if (length > maxEventLength) {
            return appender.refuse(TOO_LONG, RecorderCounter.TOO_LONG);
        }
        final long result = appender.appendOrWait(length, type, severity, message, captured, reference);
        if (result > 0) {
            link.trySend();
            return result;
        }
        return result == SPOOL_FULL ? appender.refuse(SPOOL_FULL, RecorderCounter.SPOOL_FULL) : result;
    }

    /**
     * Sequence of the newest accepted event.
     *
     * @return 0 where the spool never held one.
     */
    public long lastSequence() {
        return spool.lastSequence();
    }

    /**
     * Sequence up to which the proxy has journaled.
     *
     * @return 0 where it has journaled none.
     */
    public long acknowledgedSequence() {
        return link.acknowledgedSequence();
    }

    /**
     * Waits until the proxy has journaled an event. With {@link Context#useConductorInvoker} it steps the conductor.
     *
     * @param sequence  as {@code record} returned it.
     * @param timeoutNs how long at most.
     * @return whether it is journaled.
     */
    public boolean awaitAcknowledged(final long sequence, final long timeoutNs) {
        return waiters.await(sequence, timeoutNs, () -> false);
    }

    /**
     * Whether the proxy answers.
     *
     * @return false while events are spooled only.
     */
    public boolean isLive() {
        return link.isLive();
    }

    /**
     * Whose sequences these are.
     *
     * @return the spool's identity.
     */
    public UUID recorderId() {
        return spool.recorderId();
    }

    /**
     * The file that holds what is not acknowledged: another one where the spool was taken away under the recorder.
     *
     * @return its path.
     */
    public Path spoolFile() {
        return watch.file();
    }

    /** Whether the spool was taken away under the recorder, which accepts nothing more then. Any thread. */
    public boolean isSpoolLost() {
        return watch.isLost();
    }

    /**
     * Looks whether what is not acknowledged is in {@link #spoolFile()}, where a proxy finds it. For cold paths.
     *
     * @return false where the file was taken away, and nothing could take its place.
     */
    public boolean isKept() {
        watch.look();
        return watch.isKept();
    }

    /**
     * A counter's value over the life of the spool.
     *
     * @param counter to read.
     * @return its value; 0 where the recorder is closed.
     */
    public long counter(final RecorderCounter counter) {
        return appender.counter(counter);
    }

    /**
     * The conductor for an embedder that steps it: the link comes up, replies are read and a backlog is sent in
     * its turns alone, for which one thread at a time calls it, which may record too. Between two turns less than the
     * driver's timeout should pass; otherwise the link is built anew.
     *
     * @return null unless {@link Context#useConductorInvoker} was set.
     */
    public AgentInvoker conductorInvoker() {
        return invoker;
    }

    /**
     * Lets what is on its way arrive, up to the context's linger time where the link is live, and closes. What is not
     * acknowledged stays in the spool for the next launch or for the proxy to adopt.
     */
    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        if (thread == null || !thread.isCurrent()) {
            waiters.await(lastSequence(), context.closeLingerNs, () -> !link.isLive());
        }
        appender.close();
        Events.withdraw(this);
        if (thread != null && !thread.close(CONDUCTOR_PATIENCE_MS)) {
            context.errors.onError(new IllegalStateException("the conductor of recorder " + context.component +
                " hangs in its idle strategy or error handler: it is left behind"));
        }
        CloseHelper.closeAll(invoker, drainer, link::close, watch, spool);
        context.errors.tell();
    }

    /**
     * What a recorder is launched with. Concluded once, at launch.
     */
    public static final class Context extends RecorderSettings {
        /** The part of the node that records: letters, digits, dots, dashes, underscores; 64 at most. Required. */
        public Context component(final String value) {
            component = value;
            return this;
        }

        /** Catalogs whose types may be recorded. Required. */
        public Context eventTypes(final EventCatalog... value) {
            catalogs = value.clone();
            return this;
        }

        /**
         * Data directory of the proxy that the recorder belongs to. Spools and the media driver are looked for where
         * that proxy has them, and no other proxy on this host takes the events. By default the default one, unless
         * spools' and driver's directories are set.
         */
        public Context dataDir(final Path value) {
            dataDir = value;
            return this;
        }

        /** Where spools are; by default in the default data directory, where the proxy adopts them. */
        public Context spoolDir(final Path value) {
            spoolDir = value;
            return this;
        }

        /** Length of a new spool's ring in bytes, a power of two; 16 MiB by default. */
        public Context spoolLength(final int value) {
            spoolLength = value;
            return this;
        }

        /** Limit of an encoded event in bytes, up to 64 KiB; 4 KiB by default. The proxy's must be as high. */
        public Context maxEventLength(final int value) {
            maxEventLength = value;
            return this;
        }

        /** When an event is accepted; by default once it is in the mapping, {@link SpoolDurability#PROCESS}. */
        public Context durability(final SpoolDurability value) {
            durability = value;
            return this;
        }

        /** How long a call may wait for room in a full spool, in ns; 0, the default, fails at once. */
        public Context fullSpoolWaitNs(final long value) {
            fullSpoolWaitNs = value;
            return this;
        }

        /** Directory of the media driver; by default that of the default data directory's proxy. */
        public Context aeronDirectoryName(final String value) {
            aeronDirectoryName = value;
            return this;
        }

        /** A proxy on another host, reached through a media driver on this one; by default the proxy is local. */
        public Context remoteProxy(final RemoteProxy value) {
            remoteProxy = value;
            return this;
        }

        /** Node that records; empty, the default, means the proxy's, and this host where the proxy is remote. */
        public Context node(final String value) {
            node = value;
            return this;
        }

        /** Tenant that the events belong to. */
        public Context tenant(final String value) {
            tenant = value;
            return this;
        }

        /** Namespace that the events belong to. */
        public Context namespace(final String value) {
            namespace = value;
            return this;
        }

        /** Wall clock of events; by default the system's, which is followed within a second where it is set. */
        public Context clock(final EpochNanoClock value) {
            clock = value;
            return this;
        }

        /** Clock of timeouts. */
        public Context nanoClock(final NanoClock value) {
            nanoClock = value;
            return this;
        }

        /** Gives the recorder id of a new spool. */
        public Context idGenerator(final Supplier<UUID> value) {
            idGenerator = value;
            return this;
        }

        /** What holds the spool. */
        public Context disk(final Disk value) {
            disk = value;
            return this;
        }

        /** What the conductor's thread and waits for acknowledgements are tuned for. */
        public Context profile(final Profile value) {
            profile = value;
            return this;
        }

        /** How the conductor's thread waits; by default as the profile says. */
        public Context idleStrategy(final IdleStrategy value) {
            idleStrategy = value;
            return this;
        }

        /** Makes the conductor's thread; by default a daemon. */
        public Context threadFactory(final ThreadFactory value) {
            threadFactory = value;
            return this;
        }

        /** Whether the embedder steps the conductor; false by default. */
        public Context useConductorInvoker(final boolean value) {
            useConductorInvoker = value;
            return this;
        }

        /** Told what goes wrong on the link, under no lock; by default the system logger. It must return. */
        public Context errorHandler(final ErrorHandler value) {
            errorHandler = value;
            return this;
        }

        /** After how long without a sign of life the media driver counts as dead, in ms. */
        public Context driverTimeoutMs(final long value) {
            driverTimeoutMs = value;
            return this;
        }

        /** How often to look whether another driver took the directory, in ns. */
        public Context driverCheckIntervalNs(final long value) {
            driverCheckIntervalNs = value;
            return this;
        }

        /** How long to wait for the answer to a Hello, in ns. */
        public Context helloTimeoutNs(final long value) {
            helloTimeoutNs = value;
            return this;
        }

        /** How old the oldest unacknowledged event may grow on a live link before a new Hello, in ns. */
        public Context ackTimeoutNs(final long value) {
            ackTimeoutNs = value;
            return this;
        }

        /** First wait before the Aeron client is built again, in ns; it doubles. */
        public Context minBackoffNs(final long value) {
            minBackoffNs = value;
            return this;
        }

        /** Longest wait before the Aeron client is built again, in ns. */
        public Context maxBackoffNs(final long value) {
            maxBackoffNs = value;
            return this;
        }

        /** How long close waits for acknowledgements on a live link, in ns. */
        public Context closeLingerNs(final long value) {
            closeLingerNs = value;
            return this;
        }
    }
}
