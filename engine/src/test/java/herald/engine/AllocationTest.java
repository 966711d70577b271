package herald.engine;

import com.sun.management.ThreadMXBean;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Once warm, an event costs next to no allocation, neither where it is recorded nor in the proxy's core.
 */
@Timeout(120)
class AllocationTest {
    private static final int WARM_UP = 60_000;
    private static final int EVENTS = 50_000;
    private static final int EVENTS_PER_STEP = 50;
    private static final long STEP_NS = 400_000;

    @TempDir
    private Path dir;
    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final SteppedClock clock = new SteppedClock(1_780_000_000_000_000_000L);
    private final ObjectReference reference = ObjectReference.of("Link", "eth0");
    private final String[] messages = new String[64];

    private EventRecorder.Context recorderContext() {
        for (int i = 0; i < messages.length; i++) {
            messages[i] = "message " + i;
        }
        return new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString())
            .useConductorInvoker(true);
    }

    private long allocated() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void record(final EventRecorder recorder, final int i) {
        if (recorder.record(ClusterEvents.LEADER_LOST, null, messages[i % messages.length], reference) < 0) {
            throw new AssertionError("refused");
        }
    }

    @Test
    void shouldAllocateNothingPerEventWhereItIsSpooled() {
        try (EventRecorder recorder = EventRecorder.launch(recorderContext().spoolLength(64 * 1024 * 1024))) {
            for (int i = 0; i < WARM_UP; i++) {
                record(recorder, i);
            }
            final long before = allocated();
            for (int i = 0; i < EVENTS; i++) {
                record(recorder, i);
            }
            assertThat((allocated() - before) / (double)EVENTS).isLessThan(1);
        }
    }

    @Test
    void shouldAllocateNothingPerEventWhoseMessageIsNoString() {
        final StringBuilder message = new StringBuilder();
        try (EventRecorder recorder = EventRecorder.launch(recorderContext().spoolLength(64 * 1024 * 1024))) {
            for (int i = 0; i < WARM_UP; i++) {
                recordBuilt(recorder, message, i);
            }
            final long before = allocated();
            for (int i = 0; i < EVENTS; i++) {
                recordBuilt(recorder, message, i);
            }
            assertThat((allocated() - before) / (double)EVENTS).isLessThan(1);
        }
    }

    private void recordBuilt(final EventRecorder recorder, final StringBuilder message, final int i) {
        message.setLength(0);
        message.append("built ").append(i);
        if (recorder.record(ClusterEvents.LEADER_LOST, null, message, reference) < 0) {
            throw new AssertionError("refused");
        }
    }

    @Test
    void shouldAllocateNextToNothingPerEventFromRecordToDispatch() {
        final EventProxy.Context context = new EventProxy.Context()
            .dataDir(dir)
            .node("n")
            .threadingMode(ThreadingMode.INVOKER)
            .clock(clock)
            .nanoClock(clock)
            .dedupIntervalNs(TimeUnit.HOURS.toNanos(1))
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
            .dedupKeyLimit(10_000)
            .journalSegmentLength(64 * 1024 * 1024)
            .adoptIntervalNs(TimeUnit.HOURS.toNanos(1));
        try (EventProxy proxy = EventProxy.launch(context);
            EventRecorder recorder = EventRecorder.launch(recorderContext())) {
            run(proxy, recorder, WARM_UP);
            assertThat(recorder.isLive()).isTrue();
            final long idle = idleTurns(proxy, recorder);
            final long before = allocated();
            final long recorded = run(proxy, recorder, EVENTS);
            final double perEvent = (allocated() - before - recorded - idle) / (double)EVENTS;
            assertThat(recorded / (double)EVENTS).as("bytes per event on the caller's side").isLessThan(1);
            assertThat(perEvent).as("bytes per event in the proxy, beside the driver's for each turn").isLessThan(1);
            assertThat(recorder.acknowledgedSequence()).isEqualTo(recorder.lastSequence());
        }
    }

    /** Bytes that as many turns allocate where nothing is recorded: the media driver's iterators. */
    private long idleTurns(final EventProxy proxy, final EventRecorder recorder) {
        final long before = allocated();
        for (int i = 0; i < EVENTS; i += EVENTS_PER_STEP) {
            proxy.invoker().invoke();
            recorder.conductorInvoker().invoke();
        }
        return allocated() - before;
    }

    /** Bytes allocated by the calls of record alone. */
    private long run(final EventProxy proxy, final EventRecorder recorder, final int events) {
        long recorded = 0;
        for (int i = 0; i < events; i += EVENTS_PER_STEP) {
            final long before = allocated();
            for (int j = 0; j < EVENTS_PER_STEP; j++) {
                record(recorder, i + j);
            }
            recorded += allocated() - before;
            clock.advance(STEP_NS);
            proxy.invoker().invoke();
            recorder.conductorInvoker().invoke();
        }
        while (recorder.acknowledgedSequence() < recorder.lastSequence()) {
            proxy.invoker().invoke();
            recorder.conductorInvoker().invoke();
        }
        return recorded;
    }
}
