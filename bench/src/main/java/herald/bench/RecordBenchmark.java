package herald.bench;

import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
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

import java.util.concurrent.TimeUnit;

/**
 * What a call of {@code record} costs its caller, one thread calling.
 *
 * <pre>
 *   caller ── record() ─► spool on disk ─► Aeron IPC ─► proxy in this process    live, sustained
 *                                      └─► nobody                                 spooling
 *                    └──► no room                                                 full
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class RecordBenchmark {
    /** A burst that the link takes whole: less than half a term. */
    static final int LIVE_BURST = 256;
    /** A burst that a spool of the default length takes whole. */
    static final int SPOOL_BURST = 32 * 1024;

    private static final int SMALL_SPOOL_LENGTH = 64 * 1024;
    private static final int MAX_EVENT_LENGTH = 4 * 1024;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private static EventRecorder.Context contextIn(final TempDirectory directory) {
        return new EventRecorder.Context()
            .component(BenchEvent.COMPONENT)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(directory.path()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(directory.path()).toString())
            .maxEventLength(MAX_EVENT_LENGTH);
    }

    private static long record(final EventRecorder recorder) {
        return recorder.record(BenchEvent.TYPE, BenchEvent.SEVERITY, BenchEvent.MESSAGE, BenchEvent.REFERENCE);
    }

    private static void recordBurst(final EventRecorder recorder, final int count) {
        final long first = recorder.lastSequence() + 1;
        for (int i = 0; i < count; i++) {
            Check.equal("sequence", first + i, record(recorder));
        }
    }

    /** A recorder on a live link to a proxy, its spool empty before each burst. */
    @State(Scope.Benchmark)
    public static class Linked {
        private TempDirectory directory;
        private EventProxy proxy;
        private EventRecorder recorder;

        /** Launches both and waits for the link. */
        @Setup(Level.Trial)
        public void launch() {
            directory = TempDirectory.onDisk();
            proxy = EventProxy.launch(new EventProxy.Context().dataDir(directory.path()).node("node-1"));
            recorder = EventRecorder.launch(contextIn(directory).fullSpoolWaitNs(TIMEOUT_NS));
            record(recorder);
        }

        /** Waits until all that was recorded is journaled. */
        @Setup(Level.Invocation)
        public void drain() {
            Check.that("the proxy journals what is recorded",
                recorder.awaitAcknowledged(recorder.lastSequence(), TIMEOUT_NS));
        }

        /** Checks that the proxy has every event, once. */
        @TearDown(Level.Trial)
        public void close() {
            drain();
            final long recorded = recorder.lastSequence();
            recorder.close();
            Check.equal("journaled", recorded, proxy.counters().get(ProxyCounter.JOURNALED));
            Check.that("the proxy is well", !proxy.hasFailed());
            proxy.close();
            directory.close();
        }
    }

    /** A recorder without a proxy, its spool new before each burst. */
    @State(Scope.Benchmark)
    public static class Unlinked {
        private TempDirectory directory;
        private EventRecorder recorder;

        /** Begins a spool. */
        @Setup(Level.Invocation)
        public void launch() {
            directory = TempDirectory.onDisk();
            recorder = EventRecorder.launch(contextIn(directory));
        }

        /** Checks that the spool has every event. */
        @TearDown(Level.Invocation)
        public void close() {
            Check.equal("spooled", SPOOL_BURST, recorder.lastSequence());
            Check.that("nobody acknowledges", recorder.acknowledgedSequence() == 0);
            recorder.close();
            directory.close();
        }
    }

    /** A recorder without a proxy whose spool is full. */
    @State(Scope.Benchmark)
    public static class Full {
        private TempDirectory directory;
        private EventRecorder recorder;

        /** Fills a small spool. */
        @Setup(Level.Trial)
        public void launch() {
            directory = TempDirectory.onDisk();
            recorder = EventRecorder.launch(contextIn(directory).spoolLength(SMALL_SPOOL_LENGTH));
            while (record(recorder) > 0) {
                Check.that("the spool gets full", recorder.lastSequence() < SMALL_SPOOL_LENGTH);
            }
        }

        /** Closes and deletes. */
        @TearDown(Level.Trial)
        public void close() {
            recorder.close();
            directory.close();
        }
    }

    /** A burst that neither spool nor link holds up: the call's own cost. */
    @Benchmark
    @OperationsPerInvocation(LIVE_BURST)
    public void live(final Linked state) {
        recordBurst(state.recorder, LIVE_BURST);
    }

    /** A burst of several spools, which the proxy has to make room for: the rate of the whole path. */
    @Benchmark
    @OperationsPerInvocation(8 * SPOOL_BURST)
    public void sustained(final Linked state) {
        recordBurst(state.recorder, 8 * SPOOL_BURST);
    }

    /** The same by four callers of one recorder at once: ns of a caller's time for each of its events. */
    @Benchmark
    @Threads(4)
    @OperationsPerInvocation(SPOOL_BURST)
    public void sustainedByFour(final Linked state) {
        for (int i = 0; i < SPOOL_BURST; i++) {
            Check.that("the event is accepted", record(state.recorder) > 0);
        }
    }

    /** A burst into a new spool while no proxy is up. */
    @Benchmark
    @OperationsPerInvocation(SPOOL_BURST)
    public void spooling(final Unlinked state) {
        recordBurst(state.recorder, SPOOL_BURST);
    }

    /** A call that is refused. */
    @Benchmark
    public void full(final Full state) {
        Check.equal("result", EventRecorder.SPOOL_FULL, record(state.recorder));
    }
}
