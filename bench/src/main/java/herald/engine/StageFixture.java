package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.TempDirectory;
import herald.event.EventDefaults;
import herald.events.AttributePatterns;
import herald.io.SystemDisk;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import herald.stage.EventSlot;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What the benchmarks of stages share: settings, logs, counters as the proxy has them, and a clock that the benchmark
 * moves. Owned by one thread.
 */
final class StageFixture implements AutoCloseable {
    private static final int SEGMENT_LENGTH = 32 * 1024 * 1024;
    private static final int BATCH_LENGTH_LIMIT = 1024 * 1024;
    private static final long START_NS = 1_700_000_000_000_000_000L;

    private final TempDirectory directory;
    private final RecorderState recorder = new RecorderState(BenchEvent.RECORDER_ID, 0);
    private final CountersFile counters;
    private long nowNs = START_NS;

    StageFixture(final TempDirectory directory) throws IOException {
        this.directory = directory;
        this.counters = CountersFile.open(SystemDisk.INSTANCE, DataDirectory.counters(directory.path()));
    }

    static ProxyStart start(final long dedupIntervalNs, final long batchIntervalNs, final long dedupKeyLimit) {
        return new ProxyStart(
            1, dedupIntervalNs, batchIntervalNs, dedupKeyLimit, BATCH_LENGTH_LIMIT, EventDefaults.ofNode("node-1"),
            false, FoldingRules.current(AttributePatterns.NONE));
    }

    SegmentedLog openLog(final Path path) {
        return SegmentedLog.open(
            new SegmentedLog.Config(SystemDisk.INSTANCE, path, SEGMENT_LENGTH, new UUID(1, 2), this::nowNs),
            0,
            damage -> {
                throw new IllegalStateException(damage.toString());
            });
    }

    /** Does for a log what housekeeping does beside the stages, and keeps two segments. */
    static void keepHouse(final SegmentedLog log) throws IOException {
        if (log.prepareNextSegment()) {
            log.releaseBefore(log.position() - SEGMENT_LENGTH);
        }
    }

    Path dataDir() {
        return directory.path();
    }

    RecorderState recorder() {
        return recorder;
    }

    CountersFile counters() {
        return counters;
    }

    long nowNs() {
        return nowNs;
    }

    void advance(final long ns) {
        nowNs += ns;
    }

    EventSlot slotOf(final ProxyStart start) {
        return new EventSlot().reset(EventSlot.Kind.START, nowNs, nowNs).start(start);
    }

    @Override
    public void close() {
        counters.close();
        directory.close();
    }
}
