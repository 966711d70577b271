package herald.engine;

import com.sun.management.ThreadMXBean;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.dedup.DedupHandler;
import herald.event.EventDefaults;
import herald.io.FileAccess;
import herald.io.SystemDisk;
import herald.journal.JournalHandler;
import herald.receiver.DurableFeed;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;
import org.agrona.IoUtil;
import org.agrona.concurrent.Agent;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The proxy's pipeline from the ring to the dispatch log, with its own parts and no Aeron: logs, recovery, stages and
 * housekeeping are those of a proxy, the data is in memory.
 *
 * <pre>
 *   this thread:  events ─► ring ─► journal ─► dedup ─► batch ─► dispatch log
 *   housekeeping: segments, dedup maps, retention
 * </pre>
 *
 * <p>As in a proxy's shared threading mode, one thread steps all stages: on two cores a second one costs more in cache
 * lines that go to and fro than it gives, and takes turns with housekeeping.
 *
 * <p>Used by one thread, the one that produces.
 */
public final class PipelineRun implements AutoCloseable {
    private static final int TURN_LIMIT = 256;
    private static final int JOURNAL_SEGMENT_LENGTH = 32 * 1024 * 1024;
    private static final int DISPATCH_SEGMENT_LENGTH = 16 * 1024 * 1024;
    private static final long KEEP_ALL = 1L << 40;
    private static final long HOUSEKEEPING_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadMXBean THREADS = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    private final TempDirectory directory = TempDirectory.inMemory();
    private final PipelineShape shape;
    private final PipelineSource source;
    private final EventProxy.Context context;
    private final DataDirectory dataDirectory;
    private final CountersFile counters;
    private final ProxyLogs logs;
    private final JournalClock clock;
    private final EventPipeline pipeline;
    private final List<Agent> stages;
    private final Thread houseThread;
    private volatile boolean stopped;
    private volatile Throwable failure;

    /**
     * What a measured time gave.
     *
     * @param events            that went through.
     * @param eventsPerSecond   from the first to the moment that the last one was through.
     * @param allocatedPerEvent bytes that the thread allocated.
     */
    public record Result(long events, double eventsPerSecond, double allocatedPerEvent) {
    }

    /**
     * Opens logs and stages and starts the threads.
     *
     * @param shape of what is to run through.
     * @throws IOException where there is no room.
     */
    public PipelineRun(final PipelineShape shape) throws IOException {
        this.shape = shape;
        source = new PipelineSource(shape);
        context = context(shape, directory.path());
        dataDirectory = DataDirectory.acquire(SystemDisk.INSTANCE, directory.path(), FileAccess.OWNER);
        counters = CountersFile.open(SystemDisk.INSTANCE, DataDirectory.counters(directory.path()));
        logs = ProxyLogs.open(context, counters, start(context));
        clock = new JournalClock(context.clock, context.nanoClock, logs.recovered().lastJournalTimeNs());
        pipeline = new EventPipeline(
            new EventPipeline.Context(context.ringLength, context.arenaLength, TURN_LIMIT, clock, context.nanoClock,
                counters, (stage, cause) -> failure = cause),
            new JournalHandler(logs.journal(), Durability.PROCESS, context.forceIntervalNs, context.nanoClock,
                new DurableFeed(), counters),
            logs.dedup(),
            logs.batch());
        stages = List.copyOf(pipeline.stages());
        Check.that("the ring takes the start", pipeline.onStart(start(context), null));
        final Housekeeping housekeeping = new Housekeeping(context, logs, clock, counters, List.of(), () -> { });
        houseThread = new Thread(() -> keepHouse(housekeeping), "bench-housekeeping");
        houseThread.start();
        drain();
        fill();
    }

    static EventProxy.Context context(final PipelineShape shape, final Path dataDir) {
        final EventProxy.Context context = new EventProxy.Context()
            .dataDir(dataDir)
            .node("node-1")
            .defaults(EventDefaults.ofNode("node-1"))
            .dedupIntervalNs(shape.dedupIntervalNs())
            .dedupKeyLimit(shape.dedupKeyLimit())
            .dedupIndexLimit((int)Math.min(DedupHandler.MAX_INDEX_LIMIT, shape.dedupKeyLimit()))
            .journalSegmentLength(JOURNAL_SEGMENT_LENGTH)
            .dispatchSegmentLength(DISPATCH_SEGMENT_LENGTH)
            .journalRetentionLength(shape.keepsJournal() ? KEEP_ALL : 2L * JOURNAL_SEGMENT_LENGTH)
            .dispatchRetentionLength(2L * DISPATCH_SEGMENT_LENGTH);
        context.conclude();
        return context;
    }

    static ProxyStart start(final EventProxy.Context context) {
        return new ProxyStart(1, context.dedupIntervalNs, context.batchIntervalNs, context.dedupKeyLimit,
            context.batchLengthLimit, context.defaults, false,
            FoldingRules.current(context.dedupIgnoredAttributes));
    }

    private void fill() {
        if (shape.filled()) {
            long nowNs = 0;
            for (int key = 0; key < shape.keys(); key++) {
                if ((key & (TURN_LIMIT - 1)) == 0) {
                    step();
                    nowNs = context.clock.nanoTime();
                }
                source.key(key);
                offer(nowNs);
            }
            drain();
        }
    }
    private void keepHouse(final Housekeeping housekeeping) {
        while (!stopped) {
            housekeeping.doWork();
            LockSupport.parkNanos(HOUSEKEEPING_PARK_NS);
        }
    }

    private void step() {
        if (failure != null) {
            throw new IllegalStateException("a stage failed", failure);
        }
        try {
            for (final Agent stage : stages) {
                stage.doWork();
            }
        } catch (final Exception e) {
            throw new IllegalStateException("a stage failed", e);
        }
    }

    private void offer(final long recordTimeNs) {
        source.encode(recordTimeNs);
        while (!source.offerTo(pipeline)) {
            step();
        }
    }

    private void drain() {
        while (!pipeline.isDrained()) {
            step();
        }
    }

    /**
     * Produces for a time, and waits until everything is through.
     *
     * @param durationNs to produce for.
     * @return what that gave.
     */
    public Result measure(final long durationNs) {
        final long threadId = Thread.currentThread().getId();
        final long allocatedBefore = THREADS.getThreadAllocatedBytes(threadId);
        final long before = source.events();
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < durationNs) {
            final long recordTimeNs = context.clock.nanoTime();
            for (int i = 0; i < TURN_LIMIT; i++) {
                source.draw();
                offer(recordTimeNs);
            }
            pipeline.tick();
            step();
        }
        drain();
        final long tookNs = System.nanoTime() - startNs;
        final long bytes = THREADS.getThreadAllocatedBytes(threadId) - allocatedBefore;
        final long events = source.events() - before;
        return new Result(events, events * NS_PER_SECOND / tookNs, (double)bytes / events);
    }

    /**
     * Where the data is.
     *
     * @return the data directory.
     */
    public Path dataDir() {
        return directory.path();
    }

    /** Stops in order and checks that every event is accounted for. */
    public void finish() {
        drain();
        final long journaled = logs.journal().log().position();
        Check.that("the ring takes the shutdown", pipeline.onShutdown());
        drain();
        final long events = source.events();
        final long folded = counters.get(ProxyCounter.DEDUPLICATED);
        Check.equal("journaled", events, counters.get(ProxyCounter.JOURNALED));
        Check.equal("durable", events, source.durable());
        Check.equal("events that found no room in dedup", 0, counters.get(ProxyCounter.DEDUP_OVERFULL));
        Check.that("repeats are folded, and nothing else", folded <= source.repeats());
        Check.that("every new event is dispatched", counters.get(ProxyCounter.DISPATCHED) >= events - folded);
        // Where a tick closed the last batch, the shutdown has none to close: its own record lies past the position.
        Check.that("no event lies past the resume position", logs.dispatchLog().resumePosition() >= journaled);
    }

    private void stopHousekeeping() {
        stopped = true;
        try {
            houseThread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops in order and opens the logs again without their dispatch log, so that the whole journal is replayed.
     *
     * @return the rate of the replay, opening included.
     * @throws IOException where a file can't be read.
     */
    public Result replay() throws IOException {
        finish();
        stopHousekeeping();
        final long events = source.events();
        logs.close();
        IoUtil.delete(DataDirectory.dispatch(directory.path()).toFile(), false);
        SystemDisk.INSTANCE.createDirectories(DataDirectory.dispatch(directory.path()));
        final Path countersFile = directory.path().resolve("replay.dat");
        try (CountersFile replayCounters = CountersFile.open(SystemDisk.INSTANCE, countersFile)) {
            final long startNs = System.nanoTime();
            try (ProxyLogs replayed = ProxyLogs.open(context, replayCounters, start(context))) {
                final long tookNs = System.nanoTime() - startNs;
                Check.equal("folded by the replay", counters.get(ProxyCounter.DEDUPLICATED),
                    replayCounters.get(ProxyCounter.DEDUPLICATED));
                Check.equal("resume position", replayed.journal().log().position(),
                    replayed.dispatchLog().resumePosition());
                return new Result(events, events * NS_PER_SECOND / tookNs, 0);
            }
        }
    }

    /** Ends threads, closes and deletes everything; nothing is checked. */
    @Override
    public void close() {
        stopHousekeeping();
        logs.close();
        counters.close();
        dataDirectory.close();
        directory.close();
    }
}
