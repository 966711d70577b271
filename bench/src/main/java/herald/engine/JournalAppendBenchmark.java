package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.io.SystemDisk;
import herald.journal.Journal;
import herald.journal.JournalHandler;
import herald.journal.JournalReader;
import herald.journal.JournalRecovery;
import herald.receiver.DurableFeed;
import herald.stage.Durability;
import herald.stage.EventSlot;
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
import java.util.concurrent.TimeUnit;

/**
 * What the journal stage costs for each event, one thread, no ring.
 *
 * <pre>
 *   slot ─► journal handler ─► mapped segment on disk
 *              '── end of turn: force (DISK), acknowledge
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class JournalAppendBenchmark {
    static final int BURST = 1024;

    /** When an event is acknowledged; with INTERVAL, after a force for each burst, whatever the turn. */
    @Param({"PROCESS", "DISK", "INTERVAL"})
    public Durability durability;
    /** Events that share one end of turn, a divisor of the burst. */
    @Param({"1", "256"})
    public int turn;

    private final BenchEvent event = new BenchEvent();
    private final EventSlot slot = new EventSlot();
    private StageFixture fixture;
    private Journal journal;
    private JournalHandler handler;
    private long sequence;

    /** Opens a journal and begins it. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        fixture = new StageFixture(TempDirectory.onDisk());
        journal = new Journal(fixture.openLog(DataDirectory.journal(fixture.dataDir())),
            JournalRecovery.EMPTY, Journal.defaultForgetRecorderNs());
        handler = new JournalHandler(
            journal, durability, BURST, fixture::nowNs, new DurableFeed(), fixture.counters());
        handler.onSlot(fixture.slotOf(StageFixture.start(1, 1, 1)));
    }

    /** Prepares and releases segments, as housekeeping does. */
    @Setup(Level.Invocation)
    public void keepHouse() throws IOException {
        StageFixture.keepHouse(journal.log());
    }

    /** Appends a burst in turns. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void append() throws IOException {
        for (int i = 0; i < BURST / turn; i++) {
            for (int j = 0; j < turn; j++) {
                sequence++;
                fixture.advance(1);
                slot.reset(EventSlot.Kind.EVENT, fixture.nowNs(), fixture.nowNs())
                    .event(fixture.recorder(), sequence)
                    .wireEvent().wrap(event.set(sequence, sequence, fixture.nowNs()));
                handler.onSlot(slot);
            }
            handler.onTurnEnd();
        }
        Check.equal("durable sequence", sequence, fixture.recorder().durableSequence());
    }

    /** Reads back what is kept: every event from some on to the last. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        final long oldest = journal.log().oldestPosition();
        journal.close();
        long read = 0;
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(fixture.dataDir()), oldest, damage -> {
                throw new IllegalStateException(damage.toString());
            })) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    Check.that("sequences follow each other", read == 0 || reader.sequence() == read + 1);
                    read = reader.sequence();
                }
            }
        }
        Check.equal("last sequence in the journal", sequence, read);
        fixture.close();
    }
}
