package herald.engine;

import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Writers that come and go while their proxy runs.
 */
@Timeout(120)
class ProxyWritersTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;

    private EventProxy launch() {
        return launch(20);
    }

    private EventProxy launch(final int batchIntervalMs) {
        return EventProxy.launch(context(batchIntervalMs));
    }

    private EventProxy.Context context(final int batchIntervalMs) {
        return new EventProxy.Context()
            .dataDir(dir)
            .node("node-1")
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(batchIntervalMs))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000);
    }

    private void record(final String... messages) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .spoolLength(1024 * 1024)
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString()))) {
            long last = 0;
            for (final String message : messages) {
                last = recorder.record(ClusterEvents.LEADER_ELECTED, null, message, null);
            }
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
        }
    }

    @Test
    void shouldDeliverToAWriterThatCameLaterFromThenOn() {
        final CollectingWriter early = new CollectingWriter("early");
        final CollectingWriter late = new CollectingWriter("late");
        final CollectingWriter oldest = new CollectingWriter("oldest");
        try (EventProxy proxy = launch()) {
            proxy.writers().add(early, EventFilter.ALL, false);
            record("a");
            await().until(() -> early.total() == 1);

            proxy.writers().add(late, EventFilter.ALL, false);
            proxy.writers().add(oldest, EventFilter.ALL, true);
            record("b");

            await().until(() -> early.total() == 2 && oldest.total() == 2 && late.total() == 1);
            assertThat(proxy.writers().failing()).containsOnlyKeys("early", "late", "oldest");
        }
        assertThat(late.total()).isEqualTo(1);
    }

    /** The writer's thread does not get its turn before the machine fails: nothing else may count on it. */
    @SuppressWarnings("try") // The proxies need not be asked for anything.
    @Test
    void shouldDeliverAllThatWasAcknowledgedToANewWriterWhoseThreadNeverRan(@TempDir final Path other)
        throws IOException {
        final Path copy = other.resolve("copy");
        final CountDownLatch over = new CountDownLatch(1);
        final EventProxy.Context slow = context(100).writer(new CollectingWriter("new"), EventFilter.ALL, false)
            .threadFactory(task -> new Thread(() -> {
                if (Thread.currentThread().getName().contains("-writer-")) {
                    awaitUninterruptibly(over);
                }
                task.run();
            }));
        try (EventProxy proxy = EventProxy.launch(slow)) {
            record("a", "b");
            copyFiles(dir, copy);
            over.countDown();
        }

        final CollectingWriter after = new CollectingWriter("new");
        try (EventProxy proxy = EventProxy.launch(context(20).dataDir(copy).adoptCopy(true)
            .writer(after, EventFilter.ALL, false))) {
            await().until(() -> after.total() == 2);
        }
    }

    private static void awaitUninterruptibly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copyFiles(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(dir.resolve("dispatch").toString())).count();
        }
    }

    @Test
    void shouldMapASegmentOnceForAllWriters() throws IOException {
        final List<CollectingWriter> writers = new ArrayList<>();
        try (EventProxy proxy = launch()) {
            for (int i = 0; i < 30; i++) {
                final CollectingWriter writer = new CollectingWriter("writer-" + i);
                writers.add(writer);
                proxy.writers().add(writer, EventFilter.ALL, true);
            }
            record("a", "b");
            await().until(() -> writers.stream().allMatch(writer -> writer.total() == 2));
            // The one that it is written through, and that of all readers.
            assertThat(mappings()).isEqualTo(2);

            for (int i = 0; i < 29; i++) {
                proxy.writers().forget("writer-" + i);
            }
            record("c");
            await().until(() -> writers.get(29).total() == 3);
            proxy.writers().forget("writer-29");
            assertThat(mappings()).isEqualTo(1);
        }
        assertThat(mappings()).isZero();
    }

    /** What was acknowledged a moment before is in the batch that is open. */
    @Test
    void shouldDeliverNothingOfTheOpenBatchToANewWriter() {
        final CollectingWriter early = new CollectingWriter("early");
        final CollectingWriter late = new CollectingWriter("late");
        try (EventProxy proxy = launch(5_000)) {
            proxy.writers().add(early, EventFilter.ALL, false);
            record("a", "b");
            proxy.writers().add(late, EventFilter.ALL, false);
            record("b", "c");

            await().until(() -> early.total() == 4 && late.total() == 3);
        }
        assertThat(late.deliveries()).extracting(CollectingWriter.Delivery::message).containsExactly("b", "c");
    }

    @Test
    void shouldGoOnWhereARemovedWriterWas() {
        final CollectingWriter before = new CollectingWriter("w");
        final CollectingWriter after = new CollectingWriter("w");
        try (EventProxy proxy = launch()) {
            proxy.writers().add(before, EventFilter.ALL, false);
            record("a");
            await().until(() -> before.total() == 1);

            assertThat(proxy.writers().remove("w")).isTrue();
            assertThat(proxy.writers().remove("w")).isFalse();
            record("b", "c");
            proxy.writers().add(after, EventFilter.ALL, false);

            await().until(() -> after.total() == 2);
        }
        assertThat(before.total()).isEqualTo(1);
    }

    @Test
    void shouldForgetWhereARemovedWriterWas() {
        final CollectingWriter after = new CollectingWriter("w");
        final CollectingWriter other = new CollectingWriter("other");
        try (EventProxy proxy = launch()) {
            proxy.writers().add(other, EventFilter.ALL, false);
            proxy.writers().add(new CollectingWriter("w"), EventFilter.ALL, false);

            proxy.writers().forget("w");
            assertThat(Files.exists(DataDirectory.bookmarks(dir).resolve("w.bookmark"))).isFalse();
            record("a");
            await().until(() -> other.total() == 1);
            proxy.writers().add(after, EventFilter.ALL, false);
            record("b");

            await().until(() -> after.total() == 1 && other.total() == 2);
        }
    }

    @Test
    void shouldRefuseASecondWriterOfAName() {
        try (EventProxy proxy = launch()) {
            proxy.writers().add(new CollectingWriter("w"), EventFilter.ALL, false);

            assertThatThrownBy(() -> proxy.writers().add(new CollectingWriter("w"), EventFilter.ALL, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("w already");
        }
    }

    @Test
    void shouldChangeNothingOnceClosed() {
        final EventProxy proxy = launch();
        proxy.close();

        assertThatThrownBy(() -> proxy.writers().add(new CollectingWriter("w"), EventFilter.ALL, false))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> proxy.writers().remove("w")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldStepWritersThatCameLater() {
        final CollectingWriter late = new CollectingWriter("late");
        try (EventProxy proxy = EventProxy.launch(new EventProxy.Context().dataDir(dir).node("node-1")
            .threadingMode(ThreadingMode.INVOKER).batchIntervalNs(1).dedupKeyLimit(10_000))) {
            proxy.writers().add(late, EventFilter.ALL, true);
            try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
                .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dir)).spoolLength(1024 * 1024)
                .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString()))) {
                recorder.record(ClusterEvents.LEADER_ELECTED, null, "a", null);
                await().pollInSameThread().until(() -> {
                    proxy.invoker().invoke();
                    return late.total() == 1;
                });
            }
            assertThat(proxy.writers().forget("late")).isNotEqualTo(ProxyWriters.NO_WRITER);
        }
    }
}
