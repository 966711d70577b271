package herald.engine;

import herald.dispatch.EventBatch;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.HeraldDirectory;
import herald.receiver.ReceiverCounter;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.stage.ProxyCounter;
import herald.writer.EventWriter;
import io.aeron.driver.MediaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A proxy and recorders through a real media driver: what is recorded is journaled, folded and delivered.
 */
@Timeout(120)
class EventProxyTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private final CollectingWriter writer = new CollectingWriter("collector");

    private EventProxy.Context proxyContext() {
        return new EventProxy.Context()
            .dataDir(dir)
            .node("node-1")
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
            .dedupIntervalNs(TimeUnit.MINUTES.toNanos(10))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .writer(writer);
    }

    private EventRecorder launchRecorder(final String component) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .spoolLength(1024 * 1024)
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString()));
    }

    private List<String> journaledMessages() {
        final List<String> messages = new ArrayList<>();
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(dir), 0, damage -> messages.add("damage " + damage))) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    messages.add(reader.event().message());
                }
            }
        }
        return messages;
    }

    /** Nobody collects memory outside the heap as long as the heap has room: a process may launch proxies in a row. */
    @Test
    void shouldGiveTheMemoryOfItsRingBack() {
        final int arenaLength = 64 * 1024 * 1024;
        final long used;
        try (EventProxy proxy = EventProxy.launch(proxyContext().arenaLength(arenaLength))) {
            assertThat(proxy.hasFailed()).isFalse();
            used = directMemory();
        }
        assertThat(directMemory()).isLessThanOrEqualTo(used - arenaLength);
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct")).findAny().orElseThrow().getMemoryUsed();
    }

    @Test
    void shouldJournalFoldAndDeliverWhatIsRecorded() {
        try (EventProxy proxy = EventProxy.launch(proxyContext()); EventRecorder recorder = launchRecorder("cmd")) {
            for (int i = 0; i < 100; i++) {
                assertThat(recorder.record(
                    ClusterEvents.LEADER_ELECTED, Severity.INFO, "elected " + i % 10, ObjectReference.of("Node", "n")))
                    .isEqualTo(i + 1);
            }
            assertThat(recorder.awaitAcknowledged(100, ACK_TIMEOUT_NS)).isTrue();
            await().until(() -> writer.total() == 100);

            assertThat(writer.counts()).hasSize(10);
            assertThat(proxy.counters().get(ProxyCounter.JOURNALED)).isEqualTo(100);
            assertThat(proxy.counters().get(ProxyCounter.DEDUPLICATED)).isEqualTo(90);
        }
        assertThat(journaledMessages()).hasSize(100).startsWith("elected 0", "elected 1");
    }

    @Test
    void shouldGoOnWhereTheApplicationInterruptsItsThreads() {
        final List<Thread> threads = new ArrayList<>();
        final EventProxy.Context context = proxyContext().threadingMode(ThreadingMode.DEDICATED)
            .threadFactory(task -> {
                final Thread thread = new Thread(task);
                threads.add(thread);
                return thread;
            });
        try (EventProxy proxy = EventProxy.launch(context); EventRecorder recorder = launchRecorder("cmd")) {
            assertThat(threads).hasSizeGreaterThan(4);
            for (int i = 1; i <= 20; i++) {
                threads.forEach(Thread::interrupt);
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "event " + i, null)).isEqualTo(i);
                assertThat(recorder.awaitAcknowledged(i, ACK_TIMEOUT_NS)).isTrue();
            }
            await().untilAsserted(() -> assertThat(writer.total()).isEqualTo(20));
            assertThat(threads).allMatch(Thread::isAlive);
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    @Test
    void shouldBeLaunchedOnAThreadThatIsInterrupted() {
        Thread.currentThread().interrupt();
        try (EventProxy proxy = EventProxy.launch(proxyContext()); EventRecorder recorder = launchRecorder("cmd")) {
            assertThat(Thread.interrupted()).isTrue();
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "event", null)).isEqualTo(1);
            assertThat(recorder.awaitAcknowledged(1, ACK_TIMEOUT_NS)).isTrue();
            await().until(() -> writer.total() == 1);
            assertThat(proxy.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldJournalInOrderWhatWasRecordedBeforeTheProxyCame() {
        try (EventRecorder recorder = launchRecorder("cmd")) {
            for (int i = 0; i < 50; i++) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "before " + i, null);
            }
            try (EventProxy proxy = EventProxy.launch(proxyContext())) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "after", null);
                assertThat(recorder.awaitAcknowledged(51, ACK_TIMEOUT_NS)).isTrue();
                assertThat(proxy.hasFailed()).isFalse();
            }
        }
        assertThat(journaledMessages()).hasSize(51).startsWith("before 0", "before 1").endsWith("before 49", "after");
    }

    @Test
    void shouldAdoptTheSpoolOfARecorderThatIsGone() {
        try (EventRecorder recorder = launchRecorder("short")) {
            recorder.record(ClusterEvents.LEADER_CHANGED, null, "left behind", null);
        }
        try (EventProxy proxy = EventProxy.launch(proxyContext())) {
            await().until(() -> writer.total() == 1);
            assertThat(proxy.counters().get(ReceiverCounter.ADOPTED)).isEqualTo(1);
        }
        assertThat(journaledMessages()).containsExactly("left behind");
    }

    @Test
    void shouldGoOnCountingAfterARestart() {
        try (EventRecorder recorder = launchRecorder("cmd")) {
            for (int run = 0; run < 3; run++) {
                final CollectingWriter fresh = new CollectingWriter("run-" + run);
                try (EventProxy proxy = EventProxy.launch(proxyContext().writer(fresh))) {
                    long last = 0;
                    for (int i = 0; i < 20; i++) {
                        last = recorder.record(ClusterEvents.LEADER_CHANGED, null, "change " + i % 5, null);
                    }
                    assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
                    assertThat(proxy.hasFailed()).isFalse();
                }
            }
        }
        assertThat(journaledMessages()).hasSize(60);
        assertThat(writer.counts().values()).containsOnly(12L).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource(value = ThreadingMode.class, names = {"DEDICATED", "SHARED"})
    void shouldDoTheSameOnOneThreadAndOnMany(final ThreadingMode mode) {
        try (EventProxy proxy = EventProxy.launch(proxyContext().threadingMode(mode));
            EventRecorder recorder = launchRecorder("cmd")) {
            for (int i = 0; i < 1_000; i++) {
                recorder.record(ClusterEvents.LEADER_ELECTED, null, "elected " + i % 100, null);
            }
            assertThat(recorder.awaitAcknowledged(1_000, ACK_TIMEOUT_NS)).isTrue();
            await().until(() -> writer.total() == 1_000);
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertThat(writer.counts()).hasSize(100);
    }

    @Test
    void shouldUseAMediaDriverThatIsAlive() {
        final Path aeronDir = dir.resolve("driver");
        try (MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(aeronDir.toString())
            .threadingMode(io.aeron.driver.ThreadingMode.SHARED)
            .dirDeleteOnShutdown(true));
            EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(driver.aeronDirectoryName()));
            EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
                .component("cmd")
                .eventTypes(ClusterEvents.CATALOG)
                .spoolDir(HeraldDirectory.spoolDir(dir))
                .aeronDirectoryName(proxy.aeronDirectoryName()))) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null);
            assertThat(recorder.awaitAcknowledged(1, ACK_TIMEOUT_NS)).isTrue();
        }
        assertThat(aeronDir).doesNotExist();
    }

    @Test
    void shouldRefuseADirectoryThatNoMediaDriverMade() throws IOException {
        final Path precious = Files.createDirectory(dir.resolve("precious"));
        Files.writeString(precious.resolve("letter"), "dear");

        assertThatThrownBy(() -> EventProxy.launch(proxyContext().aeronDirectoryName(precious.toString())))
            .isInstanceOf(ProxyException.class)
            .hasMessageContaining(precious.toString())
            .hasMessageContaining("--aeron-dir");
        assertThat(precious.resolve("letter")).exists();
    }

    @Test
    void shouldRefuseADataDirectoryThatAnotherProxyHas() {
        try (EventProxy proxy = EventProxy.launch(proxyContext())) {
            assertThatThrownBy(() -> EventProxy.launch(proxyContext()))
                .isInstanceOf(ProxyException.class)
                .hasMessageContaining(proxy.dataDir().toString())
                .hasMessageContaining("in use by another proxy");
        }
    }

    @Test
    void shouldDeliverToOthersWhileAWriterIsStalled() {
        final CountDownLatch release = new CountDownLatch(1);
        final EventWriter stalled = new EventWriter() {
            @Override
            public String name() {
                return "stalled";
            }

            @Override
            public int write(final EventBatch batch, final int index) {
                try {
                    release.await();
                } catch (final InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return batch.size() - index;
            }

            @Override
            public void close() {
            }
        };
        try (EventProxy proxy = EventProxy.launch(proxyContext().closeTimeoutNs(1).writer(stalled));
            EventRecorder recorder = launchRecorder("cmd")) {
            for (int i = 0; i < 300; i++) {
                recorder.record(ClusterEvents.LEADER_ELECTED, null, "elected " + i, null);
            }
            await().until(() -> writer.total() == 300);
            assertThat(proxy.hasFailed()).isFalse();
        } finally {
            release.countDown();
        }
    }

    @Test
    void shouldNotCarryWhatReportsUsageToAnOutsideHost() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
            .isInstanceOf(ClassNotFoundException.class);
    }
}
