package herald.engine;

import herald.events.ClusterEvents;
import herald.io.Disk;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.DriverProcess;
import herald.link.HeraldDirectory;
import herald.receiver.ReceiverCounter;
import herald.recorder.EventRecorder;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import io.aeron.CncFileDescriptor;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.SemanticVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A proxy whose media driver, or whose client of it, dies under it: it goes on, and every event is journaled once and
 * in order.
 */
@Timeout(90)
class ProxyMediaDriverTest {
    private static final long TIMEOUT_MS = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long ACK_TIMEOUT_NS = LIMIT.toNanos();

    @TempDir
    private Path dir;

    private EventProxy.Context proxyContext() {
        return new EventProxy.Context()
            .dataDir(dir)
            .node("node-1")
            .driverTimeoutMs(TIMEOUT_MS)
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000);
    }

    private EventRecorder launchRecorder(final String aeronDirectoryName) {
        return launchRecorder(aeronDirectoryName, error -> { });
    }

    private EventRecorder launchRecorder(final String aeronDirectoryName, final ErrorHandler errorHandler) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .driverTimeoutMs(TIMEOUT_MS)
            .errorHandler(errorHandler)
            .aeronDirectoryName(aeronDirectoryName));
    }

    private static void recordAndAwait(final EventRecorder recorder, final int events) {
        long last = 0;
        for (int i = 0; i < events; i++) {
            last = recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null);
        }
        assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
    }

    private List<Long> journaledSequences() {
        final List<Long> sequences = new ArrayList<>();
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(dir), 0, damage -> sequences.add(-1L))) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    sequences.add(reader.event().sequence());
                }
            }
        }
        return sequences;
    }

    private static List<Long> upTo(final long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static long lost(final EventProxy proxy) {
        return proxy.counters().get(ReceiverCounter.DRIVER_LOST);
    }

    private static void awaitLost(final EventProxy proxy, final long times) {
        await().atMost(LIMIT).until(() -> lost(proxy) >= times);
    }

    @Test
    void shouldGoOnWithTheNextDriverFromOutside() {
        final String aeronDir = dir.resolve("driver").toString();
        LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir).externalDriver(true));
            EventRecorder recorder = launchRecorder(aeronDir)) {
            for (int round = 1; round <= 3; round++) {
                recordAndAwait(recorder, 10);
                final long lostBefore = lost(proxy);
                driver.close();
                awaitLost(proxy, lostBefore + 1);
                recorder.record(ClusterEvents.LEADER_LOST, null, "while there is none", null);
                driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
            }
            recordAndAwait(recorder, 10);
            assertThat(proxy.hasFailed()).isFalse();
            assertThat(proxy.counters().get(ReceiverCounter.VOIDED)).isZero();
        } finally {
            driver.close();
        }
        assertThat(journaledSequences()).isEqualTo(upTo(43));
    }

    @Test
    void shouldStartBeforeItsDriverFromOutside() {
        final String aeronDir = dir.resolve("driver").toString();
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir).externalDriver(true));
            EventRecorder recorder = launchRecorder(aeronDir)) {
            assertThat(Path.of(aeronDir)).doesNotExist();
            recorder.record(ClusterEvents.LEADER_LOST, null, "early", null);
            try (LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { })) {
                recordAndAwait(recorder, 10);
                assertThat(driver.directoryName()).isEqualTo(proxy.aeronDirectoryName());
            }
        }
        assertThat(journaledSequences()).isEqualTo(upTo(11));
    }

    @Test
    void shouldRefuseToWaitForADriverInADirectoryThatNobodyNamed() {
        assertThatThrownBy(() -> EventProxy.launch(proxyContext().externalDriver(true)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("aeronDirectoryName");
        assertThatThrownBy(() -> EventProxy.launch(proxyContext().driverTimeoutMs(999)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("999").hasMessageContaining("1000");
    }

    @Test
    void shouldStopInOrderWhileThereIsNoDriver() {
        final String aeronDir = dir.resolve("driver").toString();
        final LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir).externalDriver(true));
            EventRecorder recorder = launchRecorder(aeronDir)) {
            recordAndAwait(recorder, 10);
            driver.close();
            awaitLost(proxy, 1);
            assertThat(proxy.hasFailed()).isFalse();
        } finally {
            driver.close();
        }
        assertThat(journaledSequences()).isEqualTo(upTo(10));
    }

    @Test
    void shouldAdoptSpoolsWhileThereIsNoDriver() {
        final String aeronDir = dir.resolve("driver").toString();
        final LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir).externalDriver(true)
            .adoptIntervalNs(TimeUnit.MILLISECONDS.toNanos(100)))) {
            driver.close();
            awaitLost(proxy, 1);
            try (EventRecorder recorder = launchRecorder(aeronDir)) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "left behind", null);
            }
            await().atMost(LIMIT).until(() -> proxy.counters().get(ProxyCounter.JOURNALED) == 1);
        }
        assertThat(journaledSequences()).isEqualTo(upTo(1));
    }

    @Test
    void shouldStartAnotherDriverWhereItsOwnIsDead() {
        try (EventProxy proxy = EventProxy.launch(proxyContext());
            EventRecorder recorder = launchRecorder(proxy.aeronDirectoryName())) {
            recordAndAwait(recorder, 10);
            IoUtil.delete(Path.of(proxy.aeronDirectoryName()).toFile(), false);
            awaitLost(proxy, 1);
            recordAndAwait(recorder, 10);
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertThat(journaledSequences()).isEqualTo(upTo(20));
    }

    @Test
    void shouldStartADriverWhereTheOneFromOutsideIsGone() {
        final String aeronDir = dir.resolve("driver").toString();
        final LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir));
            EventRecorder recorder = launchRecorder(aeronDir)) {
            recordAndAwait(recorder, 10);
            driver.close();
            awaitLost(proxy, 1);
            recordAndAwait(recorder, 10);
            assertThat(proxy.linkFailure()).isNull();
        } finally {
            driver.close();
        }
        assertThat(journaledSequences()).isEqualTo(upTo(20));
    }

    @Test
    void shouldTakeTheDirectoryOfADeadProcessWhoseLastSignOfLifeIsFresh() throws IOException {
        final String aeronDir = dir.resolve("driver").toString();
        final Path mark;
        try (LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { });
            Stream<Path> entries = Files.list(Path.of(aeronDir))) {
            mark = entries.filter(Files::isDirectory).findFirst().orElseThrow();
            final DriverProcess own = DriverProcess.own();
            final String name = mark.getFileName().toString().replace(own.toString(), new DriverProcess(
                own.pid(), own.startTicks() + 1, own.namespace(), own.boot()).toString());
            Files.createDirectories(dir.resolve("killed").resolve(name).resolve("aeron"));
            Files.copy(mark.resolve("aeron/cnc.dat"), dir.resolve("killed").resolve(name).resolve("aeron/cnc.dat"));
            Files.createSymbolicLink(dir.resolve("killed/cnc.dat"), Path.of(name, "aeron/cnc.dat"));
            assertThat(driver.isPublished()).isTrue();
        }
        // Whoever goes by the heartbeat alone uses a driver that is dead.
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(dir.resolve("killed").toString())
            .driverTimeoutMs(LocalMediaDriver.MAX_TIMEOUT_MS));
            EventRecorder recorder = launchRecorder(proxy.aeronDirectoryName())) {
            recordAndAwait(recorder, 10);
        }
        assertThat(journaledSequences()).isEqualTo(upTo(10));
    }

    @Test
    void shouldRefuseTheDirectoryOfALivingDriverOfAnotherVersion() throws IOException {
        final Path aeronDir = Files.createDirectory(dir.resolve("driver"));
        final Path cncFile = aeronDir.resolve("cnc.dat");
        final ByteBuffer start = ByteBuffer.allocate(64 * 1024).order(ByteOrder.nativeOrder());
        start.putInt(CncFileDescriptor.cncVersionOffset(0), SemanticVersion.compose(9, 0, 0));
        start.putLong(CncFileDescriptor.pidOffset(0), ProcessHandle.current().pid());
        Files.write(cncFile, start.array());
        final MappedByteBuffer mapped = IoUtil.mapExistingFile(cncFile.toFile(), "cnc");
        try {
            assertThatThrownBy(() -> EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir.toString())))
                .isInstanceOf(ProxyException.class).hasMessageContainingAll("another version", "--aeron-dir");
            assertThatThrownBy(() -> LocalMediaDriver.launch(aeronDir.toString(), TIMEOUT_MS, error -> { }))
                .isInstanceOf(ProxyException.class).hasMessageContainingAll("another version", "--aeron-dir");
            assertThat(cncFile).exists();
        } finally {
            IoUtil.unmap(mapped);
        }
    }

    @Test
    void shouldBeHeldUpByNoPipeThatHasTheNameOfADriversFile() throws Exception {
        final Path aeronDir = Files.createDirectory(dir.resolve("driver"));
        final Path pipe = aeronDir.resolve("cnc.dat");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (final boolean external : new boolean[] {false, true}) {
            assertThatThrownBy(() -> EventProxy.launch(
                proxyContext().aeronDirectoryName(aeronDir.toString()).externalDriver(external)))
                .isInstanceOf(ProxyException.class).hasMessageContainingAll(pipe + " is a pipe", "--aeron-dir");
        }
        assertThatThrownBy(() -> LocalMediaDriver.launch(aeronDir.toString(), TIMEOUT_MS, error -> { }))
            .isInstanceOf(ProxyException.class).hasMessageContainingAll(pipe + " is a pipe", "--aeron-dir");
        final Queue<String> errors = new ConcurrentLinkedQueue<>();
        try (EventRecorder recorder = launchRecorder(aeronDir.toString(), error -> errors.add(error.getMessage()))) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "kept", null);
            await().atMost(LIMIT).until(() -> errors.stream().anyMatch(error -> error.contains(pipe + " is a pipe")));
            Files.delete(pipe);
            try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir.toString()))) {
                recordAndAwait(recorder, 1);
                assertThat(proxy.linkFailure()).isNull();
            }
        }
        assertThat(journaledSequences()).isEqualTo(upTo(2));
    }

    @Test
    void shouldGoOnWhereAPipeTakesThePlaceOfItsDriversFile() throws Exception {
        final Path aeronDir = dir.resolve("driver");
        final Path pipe = aeronDir.resolve("cnc.dat");
        try (EventProxy proxy = EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir.toString()));
            EventRecorder recorder = launchRecorder(aeronDir.toString())) {
            recordAndAwait(recorder, 10);
            Files.delete(pipe);
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
            await().atMost(LIMIT).until(() -> proxy.linkFailure() != null);
            assertThat(proxy.linkFailure()).contains(pipe + " is a pipe", "--aeron-dir");
            recorder.record(ClusterEvents.LEADER_LOST, null, "while there is none", null);
            Files.delete(pipe);
            recordAndAwait(recorder, 10);
        }
        assertThat(journaledSequences()).isEqualTo(upTo(21));
    }

    @Test
    void shouldSayThatThereIsNoDriver() {
        final String aeronDir = dir.resolve("driver").toString();
        try (EventProxy proxy =
            EventProxy.launch(proxyContext().aeronDirectoryName(aeronDir).externalDriver(true))) {
            await().atMost(LIMIT).until(() -> proxy.linkFailure() != null);
            assertThat(proxy.linkFailure()).contains("no media driver", aeronDir);
            assertThat(proxy.counters().get(ReceiverCounter.DRIVER_MISSING)).isOne();
            try (LocalMediaDriver driver = LocalMediaDriver.launch(aeronDir, TIMEOUT_MS, error -> { })) {
                await().atMost(LIMIT).until(() -> proxy.linkFailure() == null);
                assertThat(proxy.counters().get(ReceiverCounter.DRIVER_MISSING)).isZero();
                assertThat(driver.isPublished()).isTrue();
            }
        }
    }

    @Test
    void shouldGoOnWhereTheDiskHoldsItUpForLongerThanTheDriverWaits() {
        final AtomicBoolean slow = new AtomicBoolean();
        final AtomicLong held = new AtomicLong();
        final Disk disk = slowToForce(slow, held);
        try (EventProxy proxy = EventProxy.launch(proxyContext().disk(disk).durability(Durability.DISK)
            .threadingMode(ThreadingMode.SHARED));
            EventRecorder recorder = launchRecorder(proxy.aeronDirectoryName())) {
            recordAndAwait(recorder, 10);
            slow.set(true);
            recordAndAwait(recorder, 10);
            awaitLost(proxy, 1);
            recordAndAwait(recorder, 10);
            assertThat(held.get()).isOne();
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertThat(journaledSequences()).isEqualTo(upTo(30));
    }

    /** One force, once it is asked for, takes three times as long as the driver waits for a sign of life. */
    private static Disk slowToForce(final AtomicBoolean slow, final AtomicLong held) {
        return (Disk)Proxy.newProxyInstance(Disk.class.getClassLoader(), new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("force") && slow.compareAndSet(true, false)) {
                    held.incrementAndGet();
                    await().pollDelay(Duration.ofMillis(3 * TIMEOUT_MS)).until(() -> true);
                }
                try {
                    return method.invoke(SystemDisk.INSTANCE, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }
}
