package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.dedup.DedupHandler;
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
 * What the dedup stage costs for each event, one thread, no ring: hash, look up in both generations, insert or count.
 *
 * <pre>
 *   slot ─► dedup handler ─► younger generation: from "keys" to twice as many
 *                        └─► older generation: empty
 * </pre>
 *
 * <p>Repeats are drawn evenly from "keys" keys. Once as many new ones were added, both generations begin anew, which is
 * not measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class DedupBenchmark {
    static final int BURST = 1000;

    private static final long INTERVAL_NS = TimeUnit.HOURS.toNanos(1);
    private static final int PERCENT = 100;

    /** How many of 100 events were seen before. */
    @Param({"0", "50", "90", "99"})
    public int repeatPercent;
    /** Keys that repeats are drawn from. */
    @Param({"1000", "1000000", "10000000"})
    public int keys;

    private final BenchEvent event = new BenchEvent();
    private final EventSlot slot = new EventSlot();
    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] numbers = new long[BURST];
    private StageFixture fixture;
    private DedupHandler handler;
    private int repeats;
    private long nextNumber;
    private long sequence;

    /** Makes a handler with keys in it. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        fixture = new StageFixture(TempDirectory.inMemory());
        handler = new DedupHandler(1, DedupHandler.DEFAULT_INDEX_LIMIT, fixture.counters());
        handler.onSlot(fixture.slotOf(StageFixture.start(INTERVAL_NS, 1, 2L * keys + BURST)));
        beginAnew();
    }

    private void beginAnew() {
        fixture.advance(2 * INTERVAL_NS);
        nextNumber = 0;
        while (nextNumber < keys) {
            Check.equal("occurrences", 1, handle(nextNumber++));
        }
    }

    private long handle(final long number) {
        sequence++;
        slot.reset(EventSlot.Kind.EVENT, fixture.nowNs(), fixture.nowNs())
            .event(fixture.recorder(), sequence)
            .wireEvent().wrap(event.set(number, sequence, fixture.nowNs()));
        handler.onSlot(slot);
        return slot.occurrences();
    }

    /** Draws the events of the next burst. */
    @Setup(Level.Invocation)
    public void draw() {
        if (nextNumber + BURST > 2L * keys) {
            beginAnew();
        }
        repeats = 0;
        for (int i = 0; i < BURST; i++) {
            final boolean repeat = random.nextInt(PERCENT) < repeatPercent;
            repeats += repeat ? 1 : 0;
            numbers[i] = repeat ? random.nextInt(keys) : nextNumber++;
        }
    }

    /** Handles a burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void fold() {
        int folded = 0;
        for (final long number : numbers) {
            folded += handle(number) > 1 ? 1 : 0;
        }
        Check.equal("repeats", repeats, folded);
    }

    /** Closes the handler. */
    @TearDown(Level.Trial)
    public void close() {
        Check.equal("events that found no room", 0, fixture.counters().get(ProxyCounter.DEDUP_OVERFULL));
        handler.close();
        fixture.close();
    }
}
