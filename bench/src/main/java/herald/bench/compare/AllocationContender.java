package herald.bench.compare;

import com.sun.management.ThreadMXBean;
import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.bench.TempDirectory;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a recorder and a proxy in this process allocate for each event: the thread that calls {@code record}, the
 * recorder's, and the proxy's stages. Housekeeping, which works beside them, is left out.
 */
final class AllocationContender implements Contender {
    /** Its name and its figure's. */
    static final String NAME = "allocated";

    private static final ThreadMXBean THREADS = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private static final int BURST = 256;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final TempDirectory directory = TempDirectory.inMemory();
    private final EventProxy proxy;
    private final EventRecorder recorder;

    AllocationContender() {
        proxy = EventProxy.launch(new EventProxy.Context().dataDir(directory.path()).node("node-1"));
        recorder = EventRecorder.launch(new EventRecorder.Context()
            .component(BenchEvent.COMPONENT)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(directory.path()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(directory.path()).toString())
            .fullSpoolWaitNs(TIMEOUT_NS));
    }

    @Override
    public Map<String, Double> measure(final long durationNs) {
        final long[] threads = threads();
        final long bytesBefore = allocated(threads);
        final long before = recorder.lastSequence();
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < durationNs) {
            for (int i = 0; i < BURST; i++) {
                recorder.record(BenchEvent.TYPE, BenchEvent.SEVERITY, BenchEvent.MESSAGE, BenchEvent.REFERENCE);
            }
        }
        final long last = recorder.lastSequence();
        Check.that("the proxy journals what is recorded", recorder.awaitAcknowledged(last, TIMEOUT_NS));
        Check.equal("journaled", last, proxy.counters().get(ProxyCounter.JOURNALED));
        return Map.of(NAME, (double)(allocated(threads) - bytesBefore) / (last - before));
    }

    private static long[] threads() {
        final long own = Thread.currentThread().getId();
        long[] ids = {own};
        for (final ThreadInfo info : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (info != null && info.getThreadName().startsWith("herald-") &&
                !info.getThreadName().contains("housekeeping")) {
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = info.getThreadId();
            }
        }
        Check.that("there are threads of a proxy", ids.length > 1);
        return ids;
    }

    private static long allocated(final long[] threads) {
        long sum = 0;
        for (final long bytes : THREADS.getThreadAllocatedBytes(threads)) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    @Override
    public void close() {
        recorder.close();
        proxy.close();
        directory.close();
    }
}
