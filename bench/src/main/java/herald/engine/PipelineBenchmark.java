package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.dedup.DedupHandler;
import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.journal.Journal;
import herald.journal.JournalHandler;
import herald.journal.JournalRecovery;
import herald.log.SegmentedLog;
import herald.receiver.DurableFeed;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.Agent;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What an event costs from the ring to the dispatch log, one thread producing a burst and then stepping each stage, as
 * an embedder of a proxy in INVOKER mode does. No Aeron, no writer; the logs are in memory.
 *
 * <pre>
 *   burst ─► ring ─► journal ─► dedup ─► batch ─► dispatch log
 *            '──────── all on one thread ────────'
 * </pre>
 *
 * <p>The clock is the benchmark's: 5 µs from event to event, so that a dedup interval of 1 s sees 200,000 events.
 * What housekeeping does beside the stages is done between bursts and not measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
@Threads(1)
public class PipelineBenchmark {
    static final int BURST = 4096;

    private static final int RING_LENGTH = 16 * 1024;
    private static final int ARENA_LENGTH = 8 * 1024 * 1024;
    private static final int TURN_LIMIT = 256;
    private static final long STEP_NS = 5_000;
    private static final long DEDUP_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long BATCH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int EVENTS_PER_INTERVAL = (int)(DEDUP_INTERVAL_NS / STEP_NS);
    private static final int PERCENT = 100;

    /** How many of 100 events are drawn from the repeating ones. */
    @Param({"0", "90"})
    public int repeatPercent;
    /** How many events repeat: each is new again after a dedup interval. */
    @Param("10000")
    public int repeating;

    private final BenchEvent event = new BenchEvent();
    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] numbers = new long[BURST];
    private StageFixture fixture;
    private SegmentedLog journalLog;
    private DispatchLog dispatchLog;
    private DedupHandler dedup;
    private EventPipeline pipeline;
    private List<Agent> stages;
    private long nextNumber;
    private long drawn;
    private long sequence;

    /** Puts ring, stages and logs together as the proxy does. */
    @Setup(Level.Trial)
    public void open() {
        try {
            fixture = new StageFixture(TempDirectory.inMemory());
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
        journalLog = fixture.openLog(DataDirectory.journal(fixture.dataDir()));
        final Journal journal = new Journal(
            journalLog, JournalRecovery.EMPTY, Journal.defaultForgetRecorderNs());
        dispatchLog = new DispatchLog(fixture.openLog(DataDirectory.dispatch(fixture.dataDir())), 0, 0);
        dedup = new DedupHandler(1, DedupHandler.DEFAULT_INDEX_LIMIT, fixture.counters());
        final EventPipeline.Context context = new EventPipeline.Context(
            RING_LENGTH, ARENA_LENGTH, TURN_LIMIT, new JournalClock(fixture::nowNs, fixture::nowNs, 0),
            fixture::nowNs, fixture.counters(), (stage, cause) -> {
                throw new IllegalStateException(stage, cause);
            });
        pipeline = new EventPipeline(
            context,
            new JournalHandler(journal, Durability.PROCESS, 1, fixture::nowNs, new DurableFeed(), fixture.counters()),
            dedup,
            new BatchHandler(dispatchLog, false, fixture.counters()));
        stages = pipeline.stages();
        Check.that("the ring takes the start", pipeline.onStart(
            StageFixture.start(DEDUP_INTERVAL_NS, BATCH_INTERVAL_NS, EVENTS_PER_INTERVAL), null));
        nextNumber = repeating;
    }

    /** Draws the events of the next burst and keeps house. */
    @Setup(Level.Invocation)
    public void draw() throws IOException {
        for (int i = 0; i < BURST; i++) {
            final boolean repeat = random.nextInt(PERCENT) < repeatPercent;
            drawn += repeat ? 1 : 0;
            numbers[i] = repeat ? random.nextInt(repeating) : nextNumber++;
        }
        dedup.prepare();
        StageFixture.keepHouse(journalLog);
        StageFixture.keepHouse(dispatchLog.log());
    }

    /** Takes a burst through all stages. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void dispatch() throws Exception {
        for (final long number : numbers) {
            fixture.advance(STEP_NS);
            sequence++;
            Check.that("the ring has room", pipeline.onEvent(
                fixture.recorder(), sequence, event.set(number, sequence, fixture.nowNs()), 0, BenchEvent.LENGTH));
        }
        drain();
        Check.equal("durable sequence", sequence, fixture.recorder().durableSequence());
    }

    private void drain() throws Exception {
        while (!pipeline.isDrained()) {
            for (final Agent stage : stages) {
                stage.doWork();
            }
            Check.that("all stages go on", !pipeline.hasFailed());
        }
    }

    /** Stops in order and checks that every event is accounted for. */
    @TearDown(Level.Trial)
    public void close() throws Exception {
        Check.that("the ring takes the shutdown", pipeline.onShutdown());
        drain();
        final CountersFile counters = fixture.counters();
        final long folded = counters.get(ProxyCounter.DEDUPLICATED);
        final long newAgain = (long)repeating * (sequence / EVENTS_PER_INTERVAL + 2);
        Check.equal("journaled", sequence, counters.get(ProxyCounter.JOURNALED));
        Check.equal("events that found no room", 0, counters.get(ProxyCounter.DEDUP_OVERFULL));
        Check.that("repeats are folded, and nothing else", folded <= drawn && folded >= drawn - newAgain);
        Check.that("every new event is dispatched",
            counters.get(ProxyCounter.DISPATCHED) >= sequence - folded);
        Check.equal("resume position", journalLog.position(), dispatchLog.resumePosition());
        journalLog.close();
        dispatchLog.close();
        dedup.close();
        fixture.close();
    }
}
