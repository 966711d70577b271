package herald.engine;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.io.SystemDisk;
import herald.log.LogReader;
import herald.log.SegmentedLog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What a reader of a log costs for each record of 200 bytes, one thread: its length, its checksum, on to the next.
 *
 * <pre>
 *   mapped segments in memory ─► reader ─► nobody
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class LogReadBenchmark {
    static final int BURST = 1024;

    private static final int RECORDS = 256 * BURST;

    private StageFixture fixture;
    private LogReader reader;
    private int read;

    /** Writes a log of two segments and more. */
    @Setup(Level.Trial)
    public void write() throws IOException {
        fixture = new StageFixture(TempDirectory.inMemory());
        final BenchEvent event = new BenchEvent();
        try (SegmentedLog log = fixture.openLog(DataDirectory.journal(fixture.dataDir()))) {
            for (int i = 0; i < RECORDS; i++) {
                log.claim(BenchEvent.LENGTH).putBytes(log.bodyOffset(), event.set(i, i, fixture.nowNs()), 0,
                    BenchEvent.LENGTH);
                log.commit();
            }
        }
        open();
    }

    private void open() {
        read = 0;
        reader = new LogReader(SystemDisk.INSTANCE, DataDirectory.journal(fixture.dataDir()), 0, damage -> {
            throw new IllegalStateException(damage.toString());
        });
    }

    /** Begins again at the end. */
    @Setup(Level.Invocation)
    public void rewind() {
        if (read == RECORDS) {
            Check.that("nothing follows the last record", !reader.next());
            reader.close();
            open();
        }
    }

    /** Reads a burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void read() {
        for (int i = 0; i < BURST; i++) {
            Check.that("there is another record", reader.next());
            Check.equal("length", BenchEvent.LENGTH, reader.bodyLength());
        }
        read += BURST;
    }

    /** Deletes the log. */
    @TearDown(Level.Trial)
    public void close() {
        reader.close();
        fixture.close();
    }
}
