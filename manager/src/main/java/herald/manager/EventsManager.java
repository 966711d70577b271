package herald.manager;

import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.io.FileMutex;
import herald.io.FileNarrowing;
import herald.io.PathPlace;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.link.LocalAddress;
import herald.link.RestingIdleStrategy;
import herald.seal.SharedKey;
import herald.writers.venice.VeniceDescriptor;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The central events manager: takes events from the {@code venice} writers of many nodes, stores each once, and answers
 * queries over HTTP.
 */
public final class EventsManager implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventsManager.class);
    /** Directory of the index, in the data directory. */
    static final String INDEX = "index";
    private static final String DEAD_LETTERS = "dead-letters.txt";
    /** Names that it gives in the data directory; what is there under others is the user's. */
    private static final List<String> OWN = List.of("lock", ".lock.owner", INDEX, DEAD_LETTERS, DEAD_LETTERS + ".1");

    private static final long MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Context context;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ManagerCounters counters = new ManagerCounters();
    private Endpoint listen;
    private HttpApi http;
    private volatile boolean failed;

    private EventsManager(final Context context) {
        this.context = context;
    }

    /**
     * Starts a manager.
     *
     * @param context of it.
     * @return the manager, ready.
     * @throws IllegalArgumentException where the context is wrong: names the value and what would be right.
     * @throws IOException where it can't start: says why and what would mend it.
     */
    public static EventsManager launch(final Context context) throws IOException {
        if (context.dataDir == null) {
            throw new IllegalArgumentException("dataDir is missing: it must be a directory");
        }
        HeraldDirectory.requireName("dataDir", context.dataDir);
        HeraldDirectory.requireName("aeronDirectoryName", context.aeronDirectoryName);
        requireOutside(context.aeronDirectoryName, context.dataDir);
        final EventsManager manager = new EventsManager(context);
        boolean launched = false;
        try {
            manager.open();
            launched = true;
            return manager;
        } finally {
            if (!launched) {
                manager.close();
            }
        }
    }

    /** What a media driver makes in the index would be a part of it. */
    private static void requireOutside(final String aeronDirectoryName, final Path dataDir) {
        final Path directory = aeronDirectoryName == null ? null : Path.of(aeronDirectoryName);
        if (directory != null && (PathPlace.of(directory).equals(PathPlace.of(dataDir)) ||
            PathPlace.own(directory, dataDir, OWN) != null)) {
            throw new IllegalArgumentException("aeronDirectoryName is " + directory + ", where the manager keeps its " +
                "own files: it must be a directory outside the data directory " + dataDir);
        }
    }

    private <T extends AutoCloseable> T opened(final T part) {
        opened.push(part);
        return part;
    }

    private void open() throws IOException {
        if (!Files.isDirectory(context.dataDir)) {
            Files.createDirectories(context.dataDir,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        requireOwn();
        final FileMutex lock = FileMutex.tryAcquire(context.dataDir.resolve("lock"));
        if (lock == null) {
            throw new IOException("data directory " + context.dataDir + " is in use by another manager (" +
                FileMutex.holderOf(context.dataDir.resolve("lock")) +
                "): stop that one, or choose another with --data-dir");
        }
        opened(lock);
        IndexFiles.requireNoForeign(context.dataDir.resolve(INDEX));
        narrow();
        final EventIndex index = opened(new EventIndex(context.dataDir.resolve(INDEX)));
        listen = listenable();
        final ManagerMediaDriver driver = opened(ManagerMediaDriver.launch(
            context.aeronDirectoryName == null ? HeraldDirectory.aeronDir(context.dataDir).toString() :
                context.aeronDirectoryName,
            context.driverTimeoutMs, () -> VeniceAdmission.of(context.key, counters), context.access,
            SystemNanoClock.INSTANCE));
        final NodeReceiver receiver = new NodeReceiver(
            driver.connect(counters), index,
            new NodeReceiver.Settings(listen, context.key, context.commitIntervalNs, context.retentionNs,
                context.retentionLength, context.dataDir.resolve(DEAD_LETTERS), SystemNanoClock.INSTANCE,
                context.clock), counters);
        final AgentRunner runner = opened(new AgentRunner(
            new RestingIdleStrategy(MAX_PARK_NS), this::onFailure, null, receiver));
        AgentRunner.startOnThread(runner);
        http = opened(new HttpApi(context.http, new EventSearch(index, context.clock, EventSearch.TIMEOUT_NS), counters,
            () -> ailment(receiver)));
    }

    /** In a directory without an index, files under the names of a lock and its mark may be anybody's. */
    private void requireOwn() throws IOException {
        DeadEvents.requireOwn(context.dataDir.resolve(DEAD_LETTERS));
        if (Files.exists(context.dataDir.resolve(INDEX))) {
            return;
        }
        final Path lock = context.dataDir.resolve("lock");
        for (final Path file : List.of(lock, FileMutex.markFile(lock))) {
            final String defect = FileMutex.defectOf(file);
            if (defect != null) {
                throw new IOException(file + " is no manager's: " + defect + "; choose another directory with " +
                    "--data-dir, or move that file away");
            }
        }
    }

    private Endpoint listenable() throws IOException {
        try {
            return LocalAddress.requireFree(context.listen);
        } catch (final IOException e) {
            throw new IOException("cannot listen for nodes on " + context.listen + ": " + ErrorText.of(e) +
                "; choose an address of this host and a free port with --listen", e);
        }
    }

    /** Files of versions that left their modes to the umask, in a directory that somebody else may have made. */
    private void narrow() throws IOException {
        final FileNarrowing narrowing = new FileNarrowing();
        for (final String name : OWN) {
            if (!name.equals(INDEX)) {
                narrowing.tree(context.dataDir.resolve(name));
            }
        }
        narrowIndex(narrowing);
        if (!narrowing.narrowed().isEmpty()) {
            LOGGER.warn("{} files and directories of {} were open to other users, such as {}: they are not any more",
                narrowing.narrowed().size(), context.dataDir, narrowing.narrowed().get(0));
        }
        if (!narrowing.foreign().isEmpty()) {
            final Path first = narrowing.foreign().get(0);
            LOGGER.warn("{} files and directories of {} are open to others and belong to other users, such as {} of " +
                "{}: have them closed", narrowing.foreign().size(), context.dataDir, first, FileAccess.owner(first));
        }
    }

    /** What is there under names that Lucene does not give is the user's. */
    private void narrowIndex(final FileNarrowing narrowing) throws IOException {
        final Path index = context.dataDir.resolve(INDEX);
        if (!Files.isDirectory(index) || Files.isSymbolicLink(index)) {
            return;
        }
        narrowing.one(index);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(index)) {
            for (final Path file : files) {
                if (IndexNames.isOwn(file)) {
                    narrowing.one(file);
                }
            }
        }
    }

    /** What keeps events from being taken; null where nothing does. */
    private String ailment(final NodeReceiver receiver) {
        if (failed) {
            return "the manager does not take events any more: see its log";
        }
        return receiver.isLinked() ? null : "the manager has no media driver at the moment: see its log";
    }

    private void onFailure(final Throwable error) {
        if (!failed) {
            failed = true;
            LOGGER.error("the manager takes no more events, what it acknowledged is kept", error);
            context.failureListener.accept(error);
        }
    }

    /**
     * Where nodes reach it.
     *
     * @return as it was told, with the port that the system chose where it was told none.
     */
    public Endpoint listen() {
        return listen;
    }

    /**
     * Where it answers queries.
     *
     * @return the port.
     */
    public int httpPort() {
        return http.port();
    }

    /** What was not acknowledged is dropped: nodes send it again. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            CloseHelper.quietClose(opened.pop());
        }
    }

    /**
     * What a manager is launched with.
     */
    public static final class Context {
        private Path dataDir;
        private String aeronDirectoryName;
        private FileAccess access = FileAccess.OWNER;
        private Endpoint listen = new Endpoint("127.0.0.1", VeniceDescriptor.DEFAULT_PORT);
        private SharedKey key;
        private Endpoint http = new Endpoint("127.0.0.1", 4880);
        private long retentionNs = TimeUnit.DAYS.toNanos(30);
        private long retentionLength = 10L << 30;
        private long commitIntervalNs = TimeUnit.MILLISECONDS.toNanos(200);
        private long driverTimeoutMs = 10_000;
        private EpochNanoClock clock = new SystemEpochNanoClock();
        private Consumer<Throwable> failureListener = failure -> { };

        /** Where everything is kept. Required. */
        public Context dataDir(final Path value) {
            dataDir = value;
            return this;
        }

        /** Directory of the media driver that it embeds; by default one named after the data directory. */
        public Context aeronDirectoryName(final String value) {
            aeronDirectoryName = value;
            return this;
        }

        /** Group whose members' nodes may reach it over IPC, by name or number; by default its own user's alone. */
        public Context group(final String value) {
            access = FileAccess.group(value);
            return this;
        }

        /** Where nodes reach it over UDP; on loopback by default. */
        public Context listen(final Endpoint value) {
            listen = value;
            return this;
        }

        /** The key that nodes must have which reach it over UDP; by default none, and nothing is sealed. */
        public Context key(final SharedKey value) {
            key = value;
            return this;
        }

        /** Where it answers queries; on loopback by default. */
        public Context http(final Endpoint value) {
            http = value;
            return this;
        }

        /** After which an event is deleted, from when it was received last, in ns; 30 days by default. */
        public Context retentionNs(final long value) {
            retentionNs = value;
            return this;
        }

        /** How long the index may grow in bytes; 10 GiB by default. */
        public Context retentionLength(final long value) {
            retentionLength = value;
            return this;
        }

        /** How often what came is forced and acknowledged, in ns; 200 ms by default. */
        public Context commitIntervalNs(final long value) {
            commitIntervalNs = value;
            return this;
        }

        /** What time it is; the system's clock by default. */
        Context clock(final EpochNanoClock value) {
            clock = value;
            return this;
        }

        /** After how long without a sign of life media driver and clients count each other as dead, in ms; 10 s. */
        public Context driverTimeoutMs(final long value) {
            driverTimeoutMs = value;
            return this;
        }

        /** Told once that it can't go on; it still has to be closed. */
        public Context failureListener(final Consumer<Throwable> value) {
            failureListener = value;
            return this;
        }
    }
}
