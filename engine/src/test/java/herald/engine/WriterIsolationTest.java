package herald.engine;

import herald.dispatch.EventBatch;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import herald.writer.EventWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Writers that hang, throw errors or lie beside one that does its work, in one proxy.
 */
@Timeout(120)
class WriterIsolationTest {
    @TempDir
    private Path dir;
    private final CollectingWriter good = new CollectingWriter("good");

    private EventProxy.Context proxyContext() {
        return new EventProxy.Context()
            .dataDir(dir)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .closeTimeoutNs(TimeUnit.MILLISECONDS.toNanos(100))
            .writer(good);
    }

    private EventRecorder launchRecorder() {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .spoolLength(1024 * 1024)
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString()));
    }

    private void recordAndAwait(final EventRecorder recorder, final int count) {
        final long before = good.total();
        for (int i = 0; i < count; i++) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "lost " + (before + i), null);
        }
        await().until(() -> good.total() == before + count);
    }

    @Test
    void shouldDeliverAndCloseBesideAWriterThatNeverComesBack() {
        final HangingWriter hanging = new HangingWriter();
        try {
            try (EventProxy proxy = EventProxy.launch(proxyContext().writer(hanging));
                EventRecorder recorder = launchRecorder()) {
                recordAndAwait(recorder, 10);
                await().until(() -> hanging.called.getCount() == 0);
                recordAndAwait(recorder, 10);
                assertThat(proxy.hasFailed()).isFalse();
            }
            assertThat(hanging.thread.isAlive()).isTrue();
            assertThat(hanging.interrupts.get()).isPositive();
        } finally {
            hanging.released.countDown();
        }
        await().until(() -> !hanging.thread.isAlive());
        final CollectingWriter successor = new CollectingWriter("hanging");
        try (EventProxy proxy = EventProxy.launch(proxyContext().writer(successor))) {
            await().until(() -> successor.total() == 20);
            assertThat(proxy.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldDeliverBesideAWriterThatThrowsErrorsAndOneThatLies() {
        try (EventProxy proxy = EventProxy.launch(proxyContext().writer(new ErringWriter()).writer(new LyingWriter()));
            EventRecorder recorder = launchRecorder()) {
            recordAndAwait(recorder, 10);
            await().until(() -> proxy.counters().get(ProxyCounter.DELIVERY_RETRIES) >= 2);
            recordAndAwait(recorder, 10);
            assertThat(proxy.hasFailed()).isFalse();
        }
    }

    /** Hangs in its first call until a test lets it go, whoever interrupts it. */
    private static final class HangingWriter implements EventWriter {
        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicInteger interrupts = new AtomicInteger();
        private volatile Thread thread;

        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public int write(final EventBatch batch, final int index) {
            thread = Thread.currentThread();
            called.countDown();
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (final InterruptedException e) {
                    interrupts.incrementAndGet();
                }
            }
            return batch.size() - index;
        }

        @Override
        public void close() {
        }
    }

    /** Throws what no writer should, at every call. */
    private static final class ErringWriter implements EventWriter {
        @Override
        public String name() {
            return "erring";
        }

        @Override
        public int write(final EventBatch batch, final int index) {
            throw new StackOverflowError("pretended");
        }

        @Override
        public void close() {
            throw new IllegalStateException("and at the end too");
        }
    }

    /** Claims more than there was. */
    private static final class LyingWriter implements EventWriter {
        @Override
        public String name() {
            return "lying";
        }

        @Override
        public int write(final EventBatch batch, final int index) {
            return Integer.MAX_VALUE;
        }

        @Override
        public void close() {
        }
    }
}
