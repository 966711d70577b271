package herald.engine;

import herald.event.EventDefaults;
import herald.event.EventFilter;
import herald.events.AttributePatterns;
import herald.io.Disk;
import herald.io.FileAccess;
import herald.link.DirectoryIdentity;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.link.Profile;
import herald.receiver.RemoteListener;
import herald.stage.Durability;
import herald.writer.EventWriter;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The node's proxy: takes events from recorders, makes them durable, folds repeats, batches and delivers to writers.
 *
 * <pre>
 *   try (EventProxy proxy = EventProxy.launch(new EventProxy.Context().dataDir(dir).writer(writer))) { ... }
 * </pre>
 */
public final class EventProxy implements AutoCloseable {
    private static final long DRAIN_TIMEOUT_NS = 10_000_000_000L;
    private static final long ACK_TIMEOUT_NS = 500_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long SETTINGS_TIMEOUT_NS = 10 * NS_PER_S;

    private final Context context;
    private final ProxyParts parts;
    private final ProxyThreads threads;
    private final ProxyWriters writers;
    private boolean closed;

    private EventProxy(final Context context, final ProxyParts parts) {
        this.context = context;
        this.parts = parts;
        this.threads = new ProxyThreads(context, parts);
        this.writers = new ProxyWriters(context, parts, threads);
    }

    /**
     * Recovers what the data directory holds and begins to accept events.
     *
     * @param context of the proxy.
     * @return the proxy, ready.
     * @throws IllegalArgumentException where the context is wrong: names the value and what would be right.
     * @throws ProxyException           where the proxy can't start: says why and what would mend it.
     * @throws herald.log.LogException  where a log can't be used: says why and what would mend it.
     */
    public static EventProxy launch(final Context context) {
        context.conclude();
        // An interrupt would close the files that are opened here.
        final boolean interrupted = Thread.interrupted();
        try {
            return new EventProxy(context, ProxyParts.open(context));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Everything to be stepped, in {@link ThreadingMode#INVOKER}.
     *
     * @return null in the other modes.
     */
    public AgentInvoker invoker() {
        return threads.invoker();
    }

    /**
     * Directory of the media driver that recorders connect to.
     *
     * @return its name.
     */
    public String aeronDirectoryName() {
        return parts.aeronDirectoryName();
    }

    /**
     * Where recorders on other hosts reach it.
     *
     * @return null where it does not listen for them, or the system has yet to choose the port.
     */
    public Endpoint remoteEndpoint() {
        return parts.receiver().remoteEndpoint();
    }

    /**
     * The node that it is the proxy of.
     *
     * @return its name.
     */
    public String node() {
        return context.node;
    }

    /**
     * Where everything is kept.
     *
     * @return the data directory.
     */
    public Path dataDir() {
        return context.dataDir;
    }

    /**
     * Which data directory it is the proxy of, and its past.
     *
     * @return as of this start.
     */
    public DirectoryIdentity identity() {
        return parts.identity();
    }

    /**
     * The proxy's counters.
     *
     * @return valid until the proxy is closed.
     */
    public CountersFile counters() {
        return parts.counters();
    }

    /**
     * Whether a stage failed: the proxy does not acknowledge any more and has to be closed.
     *
     * @return false while all is well.
     */
    public boolean hasFailed() {
        return parts.hasFailed();
    }

    /**
     * Why there is no link to recorders on this host, who keep their events in spools meanwhile. Any thread.
     *
     * @return null where there is one.
     */
    public String linkFailure() {
        return parts.linkFailure();
    }

    /**
     * Whether the node is under maintenance. Any thread.
     *
     * @return true while the types that are marked so are suppressed.
     */
    public boolean maintenance() {
        return parts.ingressAgent().requestedSettings().maintenance();
    }

    /**
     * Sets the node under maintenance, or ends it: events of the types that are marked so in their catalogs are
     * journaled and counted, and not dispatched meanwhile. The mode is journaled itself and outlives restarts. Any
     * thread, or in {@link ThreadingMode#INVOKER} the one that steps.
     *
     * @param on whether the node is under maintenance from now on.
     * @throws IllegalStateException where the proxy is closed.
     * @throws ProxyException        where the journal does not take it in time: it may or may not do so later.
     */
    public synchronized void maintenance(final boolean on) {
        if (closed) {
            throw new IllegalStateException("the proxy is closed");
        }
        if (on != maintenance()) {
            parts.ingressAgent().requestSettings(parts.ingressAgent().requestedSettings().withMaintenance(on));
        }
        if (!threads.await(parts.ingressAgent()::isSettled, SETTINGS_TIMEOUT_NS, parts)) {
            throw new ProxyException("the journal did not take the mode within " + SETTINGS_TIMEOUT_NS / NS_PER_S +
                " s, and may yet do so: herald stat shows whether its disk is full, herald maintenance what holds");
        }
    }

    /**
     * What it delivers to, which may change while it runs.
     *
     * @return valid until the proxy is closed.
     */
    public ProxyWriters writers() {
        return writers;
    }

    /**
     * Opens files and certificates of writers and the key of remote recorders anew: they may have been replaced. Links
     * that are there stay. Any thread.
     *
     * @throws IllegalArgumentException where the key file can't be used: the key stays what it was.
     */
    public void reopen() {
        writers.reopen();
        parts.readKeyAgain();
    }

    /**
     * Stops in order: accepts nothing any more, journals, dispatches, acknowledges and delivers what was accepted, as
     * far as time allows, and closes. What was not delivered stays for the next start.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        writers.close();
        parts.ingressAgent().requestShutdown();
        final boolean drained = threads.await(
            () -> parts.ingressAgent().isShutDown() && parts.pipeline().isDrained(), DRAIN_TIMEOUT_NS, parts);
        if (drained) {
            threads.await(parts.receiver()::owesNothing, ACK_TIMEOUT_NS, parts);
            threads.await(parts::writersDelivered, context.closeTimeoutNs, parts);
        }
        threads.close();
        parts.close();
    }

    /**
     * What a proxy is launched with. Concluded once, at launch.
     */
    public static final class Context extends ProxySettings {
        /** Where everything is kept; by default that of {@link HeraldDirectory#defaultDataDir()}. */
        public Context dataDir(final Path value) {
            dataDir = value;
            return this;
        }

        /** Whether a data directory that is a copy goes on as one of its own; by default it is refused. */
        public Context adoptCopy(final boolean value) {
            adoptCopy = value;
            return this;
        }

        /** Group whose members may record here, by name or number; by default only the proxy's own user may. */
        public Context group(final String value) {
            access = FileAccess.group(value);
            return this;
        }

        /** Name of the node; by default the host's. */
        public Context node(final String value) {
            node = value;
            return this;
        }

        /** What is filled in where an event leaves it open; by default the reference is the node. */
        public Context defaults(final EventDefaults value) {
            defaults = value;
            return this;
        }

        /**
         * Directory of the media driver. Where a driver is alive in it, it is used; otherwise one is embedded
         * there, at the launch and whenever there is none any more. By default one is embedded in a directory of the
         * data directory's own.
         */
        public Context aeronDirectoryName(final String value) {
            aeronDirectoryName = value;
            return this;
        }

        /** Where to listen for recorders on other hosts, who must have the same key; by default nowhere. */
        public Context remoteListener(final RemoteListener value) {
            remoteListener = value;
            return this;
        }

        /** Whether the media driver is another process's alone: where none is alive, the proxy waits for one. */
        public Context externalDriver(final boolean value) {
            externalDriver = value;
            return this;
        }

        /**
         * After how long without a sign of life the media driver counts as dead, in ms, 10 s by default; and where
         * the proxy embeds the driver, after how long this one counts a client as dead.
         */
        public Context driverTimeoutMs(final long value) {
            driverTimeoutMs = value;
            return this;
        }

        /** When an event is acknowledged; in the page cache by default. */
        public Context durability(final Durability value) {
            durability = value;
            return this;
        }

        /** How often {@link Durability#INTERVAL} forces, in ns. */
        public Context forceIntervalNs(final long value) {
            forceIntervalNs = value;
            return this;
        }

        /** How long repeats are folded, from the first occurrence on, in ns; 10 s by default. */
        public Context dedupIntervalNs(final long value) {
            dedupIntervalNs = value;
            return this;
        }

        /** How long a batch collects, in ns; 1 s by default. */
        public Context batchIntervalNs(final long value) {
            batchIntervalNs = value;
            return this;
        }

        /** Keys held for each dedup generation. */
        public Context dedupKeyLimit(final long value) {
            dedupKeyLimit = value;
            return this;
        }

        /** Attributes that are left out of what makes two events the same: names and globs; none by default. */
        public Context dedupIgnoredAttributes(final Collection<String> value) {
            dedupIgnoredAttributes = AttributePatterns.of(value);
            return this;
        }

        /** Keys held where a look costs least, 64 bytes each and 16 of the table; the others go to Chronicle Map. */
        public Context dedupIndexLimit(final int value) {
            dedupIndexLimit = value;
            return this;
        }

        /** Bytes of a batch at most, a quarter of a dispatch segment at most. */
        public Context batchLengthLimit(final int value) {
            batchLengthLimit = value;
            return this;
        }

        /** Limit of an encoded event in bytes, up to 64 KiB; 4 KiB by default. */
        public Context maxEventLength(final int value) {
            maxEventLength = value;
            return this;
        }

        /** Which threads run what; by default SHARED below 8 cores, DEDICATED from there on. */
        public Context threadingMode(final ThreadingMode value) {
            threadingMode = value;
            return this;
        }

        /** Slots of the ring, a power of two. */
        public Context ringLength(final int value) {
            ringLength = value;
            return this;
        }

        /** Bytes for the events in the ring, a power of two. */
        public Context arenaLength(final int value) {
            arenaLength = value;
            return this;
        }

        /** Length of a journal segment in bytes. */
        public Context journalSegmentLength(final int value) {
            journalSegmentLength = value;
            return this;
        }

        /** Length of a dispatch segment in bytes. */
        public Context dispatchSegmentLength(final int value) {
            dispatchSegmentLength = value;
            return this;
        }

        /** How long the journal may grow in bytes; 1 GiB by default. */
        public Context journalRetentionLength(final long value) {
            journalRetentionLength = value;
            return this;
        }

        /** How old a journal segment may grow in ns; 7 days by default. */
        public Context journalRetentionNs(final long value) {
            journalRetentionNs = value;
            return this;
        }

        /** How long the dispatch log may grow in bytes; 1 GiB by default. */
        public Context dispatchRetentionLength(final long value) {
            dispatchRetentionLength = value;
            return this;
        }

        /** After how long a silent recorder is forgotten, in ns; 30 days by default. */
        public Context forgetRecorderNs(final long value) {
            forgetRecorderNs = value;
            return this;
        }

        /** How long a spool without an owner is kept in which nothing waits, in ns; an hour by default. */
        public Context spoolAgeNs(final long value) {
            spoolAgeNs = value;
            return this;
        }

        /** How often to look for spools without an owner, in ns. */
        public Context adoptIntervalNs(final long value) {
            adoptIntervalNs = value;
            return this;
        }

        /** How long a stop waits for writers to deliver what is there, in ns. */
        public Context closeTimeoutNs(final long value) {
            closeTimeoutNs = value;
            return this;
        }

        /** What the receiver's and the stages' threads are tuned for; what is set by itself comes before it. */
        public Context profile(final Profile value) {
            profile = value;
            return this;
        }

        /** Messages that the receiver takes from the link at once; by default as the profile says. */
        public Context pollLimit(final int value) {
            pollLimit = value;
            return this;
        }

        /** Events that a stage takes from the ring at once; by default as the profile says. */
        public Context turnLimit(final int value) {
            turnLimit = value;
            return this;
        }

        /** Longest sleep of a thread of receiver or stages while events come, in ns; by default as the profile says. */
        public Context maxParkNs(final long value) {
            maxParkNs = value;
            return this;
        }

        /** Wall clock, read for every event; by default the system's, to the millisecond, which allocates nothing. */
        public Context clock(final EpochNanoClock value) {
            clock = value;
            return this;
        }

        /** Monotonic clock. */
        public Context nanoClock(final NanoClock value) {
            nanoClock = value;
            return this;
        }

        /** For how long the host is up, in ns; by default as the system says. */
        public Context uptime(final NanoClock value) {
            uptime = value;
            return this;
        }

        /** Source of ids, seeds and jitter. */
        public Context random(final RandomGenerator value) {
            random = value;
            return this;
        }

        /** What holds logs, bookmarks and counters. */
        public Context disk(final Disk value) {
            disk = value;
            return this;
        }

        /** Makes threads; they are named by their agents. */
        public Context threadFactory(final ThreadFactory value) {
            threadFactory = value;
            return this;
        }

        /** Told once that the proxy can't go on; it still has to be closed. */
        public Context failureListener(final Consumer<Throwable> value) {
            failureListener = value;
            return this;
        }

        /** Adds a writer that gets everything from now on. */
        public Context writer(final EventWriter writer) {
            return writer(writer, EventFilter.ALL, false);
        }

        /** Adds a writer, what it gets, and whether it begins at the oldest event kept where it is new. */
        public Context writer(final EventWriter writer, final EventFilter filter, final boolean startsAtOldest) {
            writers.add(new WriterSetup(writer, filter, startsAtOldest));
            return this;
        }
    }
}
