package herald.recorder;

import herald.events.EventCatalog;
import herald.io.Disk;
import herald.io.SystemDisk;
import herald.link.DirectoryIdentity;
import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.link.Profile;
import herald.link.SystemWallClock;
import org.agrona.BitUtil;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The settings behind {@link EventRecorder.Context}: every value, its unit and its default in one place.
 */
abstract class RecorderSettings {
    static final int DEFAULT_SPOOL_LENGTH = 16 * 1024 * 1024;
    static final int MIN_SPOOL_LENGTH = 64 * 1024;
    static final int MAX_SPOOL_LENGTH = 1024 * 1024 * 1024;

    String component;
    EventCatalog[] catalogs = {};
    Path dataDir;
    Path spoolDir;
    int spoolLength = DEFAULT_SPOOL_LENGTH;
    int maxEventLength = LinkDescriptor.DEFAULT_MAX_EVENT_LENGTH;
    SpoolDurability durability = SpoolDurability.PROCESS;
    long fullSpoolWaitNs = 0;
    String aeronDirectoryName;
    private Path driverHome;
    RemoteProxy remoteProxy;
    String node = "";
    String tenant = ObjectReference.DEFAULT;
    String namespace = ObjectReference.DEFAULT;
    Profile profile = Profile.DEFAULT;
    EpochNanoClock clock = new SystemWallClock();
    NanoClock nanoClock = SystemNanoClock.INSTANCE;
    Supplier<UUID> idGenerator = UUID::randomUUID;
    Disk disk = SystemDisk.INSTANCE;
    IdleStrategy idleStrategy;
    ThreadFactory threadFactory;
    boolean useConductorInvoker = false;
    ErrorHandler errorHandler;
    DeferredErrors errors;
    long driverTimeoutMs = 10_000;
    long driverCheckIntervalNs = TimeUnit.MILLISECONDS.toNanos(250);
    long helloTimeoutNs = TimeUnit.MILLISECONDS.toNanos(500);
    long ackTimeoutNs = TimeUnit.SECONDS.toNanos(5);
    long minBackoffNs = TimeUnit.MILLISECONDS.toNanos(10);
    long maxBackoffNs = TimeUnit.MILLISECONDS.toNanos(500);
    long closeLingerNs = TimeUnit.SECONDS.toNanos(1);

    /** Fills in what follows from other values and checks every one. */
    void conclude() {
        require(component != null && component.matches("[A-Za-z0-9._-]{1,64}"), "component", component,
            "1 to 64 letters, digits, dots, dashes and underscores");
        require(catalogs.length > 0, "eventTypes", Arrays.toString(catalogs),
            "at least one catalog, such as ClusterEvents.CATALOG");
        require(BitUtil.isPowerOfTwo(spoolLength) && spoolLength >= MIN_SPOOL_LENGTH &&
            spoolLength <= MAX_SPOOL_LENGTH, "spoolLength", spoolLength, "a power of two from 64 KiB to 1 GiB");
        require(maxEventLength >= LinkDescriptor.MIN_EVENT_LENGTH_LIMIT &&
            maxEventLength <= LinkDescriptor.MAX_EVENT_LENGTH_LIMIT &&
            maxEventLength <= spoolLength / 4, "maxEventLength", maxEventLength,
            "from 256 bytes to 64 KiB and a quarter of the spool");
        require(durability != null, "durability", durability, "PROCESS or DISK");
        require(profile != null, "profile", null, "one of " + Arrays.toString(Profile.values()));
        requireText(node, "node");
        requireText(tenant, "tenant");
        requireText(namespace, "namespace");
        require(minBackoffNs > 0 && minBackoffNs <= maxBackoffNs, "minBackoffNs", minBackoffNs,
            "above 0 and up to maxBackoffNs, " + maxBackoffNs);
        require(helloTimeoutNs > 0, "helloTimeoutNs", helloTimeoutNs, "above 0");
        require(ackTimeoutNs > 0, "ackTimeoutNs", ackTimeoutNs, "above 0");
        require(driverTimeoutMs >= 1_000, "driverTimeoutMs", driverTimeoutMs, "1,000 or more");
        concludeDefaults();
    }

    /** The data directory whose proxy alone may take events, as it is now; an id that none has for any. */
    UUID wantedDirectory() {
        final DirectoryIdentity identity = dataDir == null ? null : DirectoryIdentity.read(dataDir);
        return identity == null ? DirectoryIdentity.NO_ID : identity.id();
    }

    /** Looked up at each try: what a link on the way leads to may change, and its name with it. */
    String driverDirectory() {
        return aeronDirectoryName == null ? HeraldDirectory.aeronDir(driverHome).toString() : aeronDirectoryName;
    }

    private void concludeDefaults() {
        HeraldDirectory.requireName("spoolDir", spoolDir);
        HeraldDirectory.requireName("aeronDirectoryName", aeronDirectoryName);
        HeraldDirectory.requireName("dataDir", dataDir);
        final boolean named = dataDir != null || (spoolDir == null && aeronDirectoryName == null);
        final Path home = dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir;
        if (remoteProxy != null && node.isEmpty()) {
            node = HeraldDirectory.hostName();
        }
        if (spoolDir == null) {
            spoolDir = remoteProxy == null ? HeraldDirectory.spoolDir(home) :
                HeraldDirectory.remoteSpoolDir(home, remoteProxy.endpoint());
        }
        driverHome = home;
        dataDir = named && remoteProxy == null ? home : null;
        if (idleStrategy == null) {
            idleStrategy = profile.idleStrategy(profile.maxParkNs());
        }
        if (threadFactory == null) {
            threadFactory = task -> {
                final Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            };
        }
        if (errorHandler == null) {
            final System.Logger logger = System.getLogger(EventRecorder.class.getName());
            errorHandler = error -> logger.log(System.Logger.Level.WARNING, "recorder " + component, error);
        }
        errors = new DeferredErrors(component, errorHandler);
    }

    List<String> catalogNames() {
        return Arrays.stream(catalogs).map(EventCatalog::service).toList();
    }

    private static void requireText(final String text, final String name) {
        require(text != null && text.length() <= 256, name, text, "a text of 256 characters at most");
    }

    private static void require(final boolean right, final String name, final Object value, final String wanted) {
        if (!right) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be " + wanted);
        }
    }
}
