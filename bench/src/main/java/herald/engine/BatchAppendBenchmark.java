package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.stage.EventSlot;
import herald.stage.ProxyCounter;
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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What the batch stage costs for each event, one thread, no ring: an entry of the open batch is begun or changed, and
 * every 20,000 events, or earlier where it is full, a batch is appended to the dispatch log.
 *
 * <pre>
 *   slot, as dedup leaves it ─► batch handler ─► mapped segment in memory
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class BatchAppendBenchmark {
    static final int BURST = 1024;

    private static final long STEP_NS = 5_000;
    private static final long BATCH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int PERCENT = 100;
    private static final int REPEATING = 1_000;
    private static final int RECORD_LENGTH = 256;

    /** How many of 100 events are one of a thousand. */
    @Param({"0", "90"})
    public int repeatPercent;

    private final BenchEvent event = new BenchEvent();
    private final EventSlot slot = new EventSlot();
    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] numbers = new long[BURST];
    private StageFixture fixture;
    private DispatchLog dispatchLog;
    private BatchHandler handler;
    private long nextNumber = REPEATING;
    private long sequence;

    /** Opens a dispatch log. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        fixture = new StageFixture(TempDirectory.inMemory());
        dispatchLog = new DispatchLog(fixture.openLog(DataDirectory.dispatch(fixture.dataDir())), 0, 0);
        handler = new BatchHandler(dispatchLog, false, fixture.counters());
        handler.onSlot(fixture.slotOf(StageFixture.start(1, BATCH_INTERVAL_NS, 1)));
    }

    /** Draws the events of the next burst and keeps house. */
    @Setup(Level.Invocation)
    public void draw() throws IOException {
        for (int i = 0; i < BURST; i++) {
            numbers[i] = random.nextInt(PERCENT) < repeatPercent ? random.nextInt(REPEATING) : nextNumber++;
        }
        StageFixture.keepHouse(dispatchLog.log());
    }

    /** Collects a burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void collect() throws IOException {
        for (final long number : numbers) {
            sequence++;
            fixture.advance(STEP_NS);
            slot.reset(EventSlot.Kind.EVENT, fixture.nowNs(), fixture.nowNs())
                .event(fixture.recorder(), sequence)
                .journaledAt(sequence * RECORD_LENGTH, (sequence + 1) * RECORD_LENGTH)
                .wireEvent().wrap(event.set(number, sequence, fixture.nowNs()));
            slot.firstOccurrence(number + 1, number + 1, fixture.nowNs(), false);
            handler.onSlot(slot);
        }
        handler.onTurnEnd();
    }

    /** Closes the last batch and checks that every event that came once was dispatched. */
    @TearDown(Level.Trial)
    public void close() {
        final long end = (sequence + 1) * RECORD_LENGTH;
        handler.onSlot(slot.reset(EventSlot.Kind.SHUTDOWN, fixture.nowNs(), fixture.nowNs()).journaledAt(end, end));
        Check.that("new events are dispatched",
            fixture.counters().get(ProxyCounter.DISPATCHED) >= nextNumber - REPEATING);
        Check.equal("resume position", end, dispatchLog.resumePosition());
        dispatchLog.close();
        fixture.close();
    }
}
