package herald.engine;

import herald.dedup.DedupBounds;
import herald.dedup.DedupHandler;
import herald.event.EventDefaults;
import herald.event.EventFilter;
import herald.events.AttributePatterns;
import herald.io.Disk;
import herald.io.Escape;
import herald.io.FileAccess;
import herald.io.HostBounds;
import herald.io.SystemDisk;
import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.link.Profile;
import herald.receiver.RemoteListener;
import herald.recorder.SpoolRetirement;
import herald.stage.Durability;
import herald.writer.EventWriter;
import herald.writer.WriterFiles;
import org.agrona.BitUtil;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import static herald.log.LogDescriptor.MAX_SEGMENT_LENGTH;
import static herald.log.LogDescriptor.MIN_SEGMENT_LENGTH;

/**
 * The settings behind {@link EventProxy.Context}: every value, its unit and its default in one place.
 */
abstract class ProxySettings {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final int SHARED_BELOW_CORES = 8;
    private static final int MAX_DEFAULTS_LENGTH = 1900;
    private static final int DEFAULT_RING_LENGTH = 16 * 1024;
    private static final int DEFAULT_ARENA_LENGTH = 8 * 1024 * 1024;
    private static final int DEFAULT_BATCH_LENGTH = 1024 * 1024;
    private static final int DEFAULT_SEGMENT_LENGTH = 32 * 1024 * 1024;
    /** Bytes of the heap for a slot of the ring. */
    private static final int SLOT_LENGTH = 256;
    /** A log has three segments at least while it rolls, and there are two logs. */
    private static final int SEGMENTS_AT_ONCE = 6;

    /** A writer and what it gets. */
    record WriterSetup(EventWriter writer, EventFilter filter, boolean startsAtOldest) {
    }

    Path dataDir;
    boolean adoptCopy;
    FileAccess access = FileAccess.OWNER;
    String node;
    EventDefaults defaults;
    String aeronDirectoryName;
    RemoteListener remoteListener;
    boolean externalDriver;
    long driverTimeoutMs = 10_000;
    Durability durability = Durability.PROCESS;
    long forceIntervalNs = TimeUnit.MILLISECONDS.toNanos(100);
    long dedupIntervalNs = TimeUnit.SECONDS.toNanos(10);
    long batchIntervalNs = TimeUnit.SECONDS.toNanos(1);
    long dedupKeyLimit = DedupBounds.DEFAULT_KEYS;
    AttributePatterns dedupIgnoredAttributes = AttributePatterns.NONE;
    int dedupIndexLimit = DedupHandler.DEFAULT_INDEX_LIMIT;
    int batchLengthLimit = DEFAULT_BATCH_LENGTH;
    int maxEventLength = LinkDescriptor.DEFAULT_MAX_EVENT_LENGTH;
    ThreadingMode threadingMode;
    int ringLength = DEFAULT_RING_LENGTH;
    int arenaLength = DEFAULT_ARENA_LENGTH;
    int journalSegmentLength = DEFAULT_SEGMENT_LENGTH;
    int dispatchSegmentLength = DEFAULT_SEGMENT_LENGTH / 2;
    long journalRetentionLength = 1024L * 1024 * 1024;
    long journalRetentionNs = TimeUnit.DAYS.toNanos(7);
    long dispatchRetentionLength = 1024L * 1024 * 1024;
    long forgetRecorderNs = TimeUnit.DAYS.toNanos(30);
    long spoolAgeNs = SpoolRetirement.DEFAULT_AGE_NS;
    long adoptIntervalNs = TimeUnit.SECONDS.toNanos(2);
    long closeTimeoutNs = TimeUnit.SECONDS.toNanos(5);
    Profile profile = Profile.DEFAULT;
    long maxParkNs;
    int pollLimit;
    int turnLimit;
    EpochNanoClock clock = () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    NanoClock nanoClock = SystemNanoClock.INSTANCE;
    NanoClock uptime = HostUptime.INSTANCE;
    RandomGenerator random = new SplittableRandom();
    Disk disk = SystemDisk.INSTANCE;
    ThreadFactory threadFactory = Thread::new;
    Consumer<Throwable> failureListener;
    final List<WriterSetup> writers = new ArrayList<>();
    boolean embedInOwnDirectory;

    /** Directory of the media driver as far as it is known before the launch. */
    public String mediaDriverDirectory() {
        return aeronDirectoryName != null ? aeronDirectoryName : HeraldDirectory.aeronDir(
            dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir).toString();
    }

    /** Whether the embedder steps everything. */
    public boolean isInvoked() {
        return threadingMode == ThreadingMode.INVOKER;
    }

    /** Fills in what follows from other values and checks every one. */
    void conclude() {
        concludeNames();
        concludeProfile();
        if (failureListener == null) {
            failureListener = failure -> { };
        }
        require(!externalDriver || !embedInOwnDirectory, "aeronDirectoryName", aeronDirectoryName,
            "the directory of the media driver from outside");
        LocalMediaDriver.requireTimeout(driverTimeoutMs, "driverTimeoutMs");
        requirePositive(dedupIntervalNs, "dedupIntervalNs");
        requirePositive(batchIntervalNs, "batchIntervalNs");
        requirePositive(forceIntervalNs, "forceIntervalNs");
        requirePositive(adoptIntervalNs, "adoptIntervalNs");
        requirePositive(spoolAgeNs, "spoolAgeNs");
        requirePositive(maxParkNs, "maxParkNs");
        requirePositive(pollLimit, "pollLimit");
        requirePositive(turnLimit, "turnLimit");
        HostBounds.require("dedupKeyLimit", dedupKeyLimit, 1, DedupBounds.DEFAULT_KEYS,
            DedupBounds.keys(), HostBounds.memoryInWords());
        HostBounds.require("dedupIndexLimit", dedupIndexLimit, 1, DedupHandler.DEFAULT_INDEX_LIMIT,
            DedupBounds.indexKeys(), HostBounds.heapInWords());
        concludeLengths();
        concludeRetention();
        final long names = writers.stream().map(setup -> setup.writer().name()).distinct().count();
        require(names == writers.size(), "writers", writers.stream().map(setup -> setup.writer().name()).toList(),
            "of names that differ: each has a bookmark");
        WriterFiles.requireApart(writers.stream().map(WriterSetup::writer).toList());
        writers.forEach(setup -> WriterFiles.requireOutside(setup.writer(), dataDir, DataDirectory.OWN));
    }

    /** Where nothing was set, the profile decides. */
    private void concludeProfile() {
        require(profile != null, "profile", null, "one of " + Arrays.toString(Profile.values()));
        if (threadingMode == null) {
            final boolean fewCores = Runtime.getRuntime().availableProcessors() < SHARED_BELOW_CORES;
            threadingMode = profile.spins() || fewCores ? ThreadingMode.SHARED : ThreadingMode.DEDICATED;
        }
        maxParkNs = maxParkNs == 0 ? profile.maxParkNs() : maxParkNs;
        pollLimit = pollLimit == 0 ? profile.pollLimit() : pollLimit;
        turnLimit = turnLimit == 0 ? profile.turnLimit() : turnLimit;
    }

    private void concludeNames() {
        HeraldDirectory.requireName("aeronDirectoryName", aeronDirectoryName);
        HeraldDirectory.requireName("dataDir", dataDir);
        if (dataDir == null) {
            dataDir = HeraldDirectory.defaultDataDir();
        }
        dataDir = dataDir.toAbsolutePath().normalize();
        if (node == null) {
            node = HeraldDirectory.hostName();
            if (node.equals(HeraldDirectory.NO_HOST_NAME)) {
                LOGGER.warn("this host has no name: its node is {}, as others may be; set node, or give --node", node);
            }
        }
        require(!node.isBlank() && node.length() <= 255 && node.codePoints().noneMatch(Escape::isUnsafe), "node",
            Escape.escape(node), "a name of 1 to 255 characters, all of them visible");
        if (defaults == null) {
            defaults = EventDefaults.ofNode(node);
        }
        final int defaultsLength = String.join("", defaults.node(), defaults.refTenant(), defaults.refNamespace(),
            defaults.refKind(), defaults.refName()).getBytes(StandardCharsets.UTF_8).length;
        require(defaultsLength <= MAX_DEFAULTS_LENGTH, "defaults", defaults,
            "texts of " + MAX_DEFAULTS_LENGTH + " bytes of UTF-8 in all");
        embedInOwnDirectory = aeronDirectoryName == null;
        if (!embedInOwnDirectory) {
            DataDirectory.requireNotOwn("aeronDirectoryName", Path.of(aeronDirectoryName), dataDir);
        }
    }

    private void concludeLengths() {
        require(maxEventLength >= LinkDescriptor.MIN_EVENT_LENGTH_LIMIT &&
            maxEventLength <= LinkDescriptor.MAX_EVENT_LENGTH_LIMIT, "maxEventLength",
            maxEventLength, "from 256 bytes to 64 KiB");
        require(BitUtil.isPowerOfTwo(ringLength), "ringLength", ringLength, "a power of two from 64 on");
        HostBounds.require("ringLength", ringLength, 64, DEFAULT_RING_LENGTH, HostBounds.heap() / 4 / SLOT_LENGTH,
            HostBounds.heapInWords());
        require(BitUtil.isPowerOfTwo(arenaLength) && arenaLength >= 4 * maxEventLength, "arenaLength", arenaLength,
            "a power of two, four times maxEventLength or more");
        HostBounds.require("arenaLength", arenaLength, 4L * maxEventLength, DEFAULT_ARENA_LENGTH,
            HostBounds.directMemory() / 2, "memory beside " + HostBounds.heapInWords());
        requireSegment(journalSegmentLength, "journalSegmentLength");
        requireSegment(dispatchSegmentLength, "dispatchSegmentLength");
        require(batchLengthLimit >= 4 * maxEventLength && batchLengthLimit <= dispatchSegmentLength / 4,
            "batchLengthLimit", batchLengthLimit, "from four times maxEventLength to a quarter of " +
            "dispatchSegmentLength, " + dispatchSegmentLength / 4);
        HostBounds.require("batchLengthLimit", batchLengthLimit, 1, DEFAULT_BATCH_LENGTH, HostBounds.heap() / 16,
            HostBounds.heapInWords());
        require(journalSegmentLength >= 8 * maxEventLength, "journalSegmentLength", journalSegmentLength,
            "eight times maxEventLength or more");
    }

    private void concludeRetention() {
        require(journalRetentionLength >= journalSegmentLength, "journalRetentionLength", journalRetentionLength,
            "a journal segment's " + journalSegmentLength + " bytes or more");
        require(dispatchRetentionLength >= dispatchSegmentLength, "dispatchRetentionLength", dispatchRetentionLength,
            "a dispatch segment's " + dispatchSegmentLength + " bytes or more");
        requirePositive(journalRetentionNs, "journalRetentionNs");
        requirePositive(forgetRecorderNs, "forgetRecorderNs");
        require(closeTimeoutNs >= 0, "closeTimeoutNs", closeTimeoutNs, "0 or more");
    }

    private void requireSegment(final int length, final String name) {
        require(length % 4096 == 0 && length >= MIN_SEGMENT_LENGTH && length <= MAX_SEGMENT_LENGTH, name, length,
            "a multiple of 4,096 from " + MIN_SEGMENT_LENGTH + " to " + MAX_SEGMENT_LENGTH);
        try {
            final long total = HostBounds.total(dataDir);
            HostBounds.require(name, length, MIN_SEGMENT_LENGTH, DEFAULT_SEGMENT_LENGTH, total / SEGMENTS_AT_ONCE,
                "a file system of " + total + " bytes; lower it, or choose another data directory");
        } catch (final IOException e) {
            throw new IllegalArgumentException("dataDir is " + dataDir + ": its file system does not say how large " +
                "it is: " + e.getMessage(), e);
        }
    }

    private static void requirePositive(final long value, final String name) {
        require(value > 0, name, value, "above 0");
    }

    private static void require(final boolean right, final String name, final Object value, final String wanted) {
        if (!right) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be " + wanted);
        }
    }
}
