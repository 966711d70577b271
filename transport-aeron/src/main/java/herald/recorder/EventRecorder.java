package herald.recorder;

import herald.events.EventCatalog;
import herald.events.EventType;
import herald.events.Severity;
import herald.io.Disk;
import herald.link.Profile;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Records events of one component: the client in the recording process. An accepted event is in the spool, a
 * memory-mapped file, when {@code record} returns; it reaches the proxy's journal once and in order, whatever dies
 * meanwhile.
 *
 * <p>Any number of threads may record. A call never blocks beyond the configured bound, allocates nothing (attributes
 * aside) and throws for the caller's mistakes only.
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

    private static final long WAIT_PARK_NS = 100_000;

    private final Context context;
    private final EventCatalog[] catalogs;
    private final int maxEventLength;
    private final Spool spool;
    private final SpoolAppender appender;
    private final RecorderLink link;
    private final SpoolDrainer drainer;
    private final AgentInvoker invoker;
    private final AgentRunner runner;
    /** Any of the types that are known: threads need not agree which. */
    private EventType lastKnownType;
    private final AtomicBoolean closing = new AtomicBoolean();

    private EventRecorder(final Context context, final Spool spool) {
        this.context = context;
        this.catalogs = context.catalogs;
        this.maxEventLength = context.maxEventLength;
        this.spool = spool;
        this.appender = new SpoolAppender(context, spool);
        this.link = new RecorderLink(context, spool);
        this.drainer = context.remoteProxy == null ? null : new SpoolDrainer(context, spool);
        final Agent conductor = new Conductor();
        if (context.useConductorInvoker) {
            invoker = new AgentInvoker(context.errorHandler, null, conductor);
            invoker.start();
            runner = null;
        } else {
            invoker = null;
            runner = new AgentRunner(context.idleStrategy, context.errorHandler, null, conductor);
            AgentRunner.startOnThread(runner, context.threadFactory);
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
        final Spool spool = SpoolFile.acquire(
            context.disk, context.spoolDir, context.component, context.spoolLength, context.idGenerator,
            SpoolFile::holdsEvents, context.errorHandler);
        EventRecorder recorder = null;
        try {
            if (context.durability == SpoolDurability.DISK) {
                spool.forceFirst();
            }
            recorder = new EventRecorder(context, spool);
        } catch (final IOException e) {
            throw new SpoolException("cannot force spool " + spool.file() + ": " + e.getMessage() +
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
     *         {@link #CLOSED} or {@link #NOT_DURABLE} where it is not.
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
        requireKnown(type);
        final int length = appender.encodedLength(type, message, reference, attributes);
        if (length > maxEventLength) {
            return appender.refuse(TOO_LONG, RecorderCounter.TOO_LONG);
        }
        final Severity effective = severity == null ? type.severity() : severity;
        long result = appender.append(length, type, effective, message, reference, attributes);
        if (result == SPOOL_FULL && context.fullSpoolWaitNs > 0) {
            final long deadlineNs = context.nanoClock.nanoTime() + context.fullSpoolWaitNs;
            while (result == SPOOL_FULL && context.nanoClock.nanoTime() - deadlineNs < 0) {
                LockSupport.parkNanos(WAIT_PARK_NS);
                result = appender.append(length, type, effective, message, reference, attributes);
            }
        }
        if (result > 0) {
            link.trySend();
            return result;
        }
        return result == SPOOL_FULL ? appender.refuse(SPOOL_FULL, RecorderCounter.SPOOL_FULL) : result;
    }

    private void requireKnown(final EventType type) {
        if (type == lastKnownType) {
            return;
        }
        for (final EventCatalog catalog : catalogs) {
            if (catalog.contains(type)) {
                lastKnownType = type;
                return;
            }
        }
        throw new IllegalArgumentException("event type " + type + " is in none of the catalogs of recorder " +
            context.component + ": " + context.catalogNames() + "; launch it with that catalog too");
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
        return await(() -> acknowledgedSequence() >= sequence, timeoutNs);
    }

    private boolean await(final BooleanSupplier condition, final long timeoutNs) {
        final long deadlineNs = context.nanoClock.nanoTime() + timeoutNs;
        final IdleStrategy waiting = context.profile.awaitStrategy();
        while (!condition.getAsBoolean()) {
            if (context.nanoClock.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            waiting.idle(invoker == null ? 0 : invoker.invoke());
        }
        return true;
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
     * The file that holds what is not acknowledged.
     *
     * @return its path.
     */
    public Path spoolFile() {
        return spool.file();
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
        await(() -> !link.isLive() || acknowledgedSequence() >= lastSequence(), context.closeLingerNs);
        appender.close();
        Events.withdraw(this);
        CloseHelper.closeAll(runner, invoker, drainer);
        link.close();
        spool.close();
    }

    /** Steps the link. */
    private final class Conductor implements Agent {
        @Override
        public int doWork() {
            return link.step() + (drainer == null ? 0 : drainer.step());
        }

        @Override
        public String roleName() {
            return "herald-recorder-" + context.component;
        }
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

        /** Wall clock of events. */
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

        /** Told what goes wrong on the link; by default the system logger. It must not throw. */
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
