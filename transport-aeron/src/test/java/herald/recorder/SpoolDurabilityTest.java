package herald.recorder;

import herald.events.ClusterEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * With durability DISK an event is accepted once a force has covered it, and not where the device failed.
 */
@Timeout(120)
class SpoolDurabilityTest {
    private static final int CALLERS = 6;

    @TempDir
    private Path dir;
    private final FaultyDisk disk = new FaultyDisk();
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private LinkFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LinkFixture(dir);
    }

    @AfterEach
    void tearDown() {
        callers.shutdownNow();
        fixture.close();
    }

    private EventRecorder.Context context(final SpoolDurability durability) {
        return fixture.context().disk(disk).durability(durability);
    }

    private void launch() {
        fixture.recorder = EventRecorder.launch(context(SpoolDurability.DISK));
    }

    private long record() {
        return fixture.recorder.record(ClusterEvents.LEADER_LOST, null, "kept", null);
    }

    private SpoolScan onDevice() {
        return SpoolScan.of(fixture.recorder.spoolFile(), ByteBuffer.wrap(disk.forced));
    }

    private long inSpool() {
        try {
            return SpoolInspection.of(disk, fixture.recorder.spoolFile()).events();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReturnOnceTheDeviceHasTheEvent() {
        launch();
        for (long sequence = 1; sequence <= 50; sequence++) {
            assertThat(record()).isEqualTo(sequence);
            assertThat(onDevice().count()).isEqualTo((int)sequence);
            assertThat(onDevice().damages()).isEmpty();
        }
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(50);
    }

    @Test
    void shouldNeverForceWhereTheProcessIsEnough() {
        fixture.recorder = EventRecorder.launch(context(SpoolDurability.PROCESS));
        assertThat(record()).isOne();
        fixture.recorder.close();
        assertThat(disk.forces).hasValue(0);
    }

    @Test
    void shouldCoverAllThatCameDuringAForceWithTheNextOne() throws Exception {
        launch();
        final int before = disk.forces.get();
        final CountDownLatch inFirst = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        disk.inForce = () -> {
            inFirst.countDown();
            awaitLatch(goOn);
        };
        final List<Future<Long>> results = new ArrayList<>(List.of(callers.submit(this::record)));
        inFirst.await();
        for (int i = 1; i < CALLERS; i++) {
            results.add(callers.submit(this::record));
        }
        LinkFixture.await(() -> inSpool() == CALLERS);
        assertThat(fixture.recorder.lastSequence()).isZero();
        assertThat(results).noneMatch(Future::isDone);
        goOn.countDown();
        final List<Long> sequences = new ArrayList<>();
        for (final Future<Long> result : results) {
            sequences.add(result.get());
        }
        assertThat(sequences).containsExactlyInAnyOrderElementsOf(SpoolFixture.range(1, CALLERS));
        assertThat(disk.forces).hasValue(before + 2);
    }

    private static void awaitLatch(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldAcceptNothingOnceTheDeviceFailedAndKeepWhatItHad() throws IOException {
        launch();
        assertThat(record()).isOne();
        final int before = disk.forces.get();
        disk.failing = true;
        assertThat(record()).isEqualTo(EventRecorder.NOT_DURABLE);
        disk.failing = false;
        assertThat(record()).isEqualTo(EventRecorder.NOT_DURABLE);

        assertThat(disk.forces).as("never tried again").hasValue(before + 1);
        assertThat(fixture.recorder.counter(RecorderCounter.NOT_DURABLE)).isEqualTo(2);
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(1);
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.stepUntil(() -> fixture.proxy.sequences.equals(List.of(1L)));
        assertThat(fixture.errors).singleElement().asString().contains("cannot force spool", "Input/output error");

        fixture.recorder.close();
        fixture.recorder.close();
        assertThat(disk.forces).as("nor at close").hasValue(before + 1);
        final Path spools = fixture.recorder.spoolFile().getParent();
        launch();
        assertThat(record()).isOne();
        final List<Path> aside = disk.list(spools, ".old.spool");
        assertThat(aside).hasSize(1);
        assertThat(SpoolInspection.of(disk, aside.get(0)).events()).isOne();
        assertThat(SpoolInspection.of(disk, aside.get(0)).damages()).isEmpty();
    }

    @Test
    void shouldLetEveryWaiterGoWhereTheDeviceFails() throws Exception {
        launch();
        final CountDownLatch inFirst = new CountDownLatch(1);
        disk.inForce = () -> {
            inFirst.countDown();
            LinkFixture.await(() -> inSpool() == CALLERS);
            disk.failing = true;
        };
        final List<Future<Long>> results = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            results.add(callers.submit(this::record));
        }
        for (final Future<Long> result : results) {
            assertThat(result.get()).isEqualTo(EventRecorder.NOT_DURABLE);
        }
        assertThat(fixture.recorder.counter(RecorderCounter.NOT_DURABLE)).isEqualTo(CALLERS);
        assertThat(inSpool()).isZero();
    }

    @Test
    void shouldCloseAtAnyMomentWhileOthersWait() throws Exception {
        final AtomicInteger accepted = new AtomicInteger();
        for (int life = 0; life < 40; life++) {
            launch();
            final EventRecorder recorder = fixture.recorder;
            final List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                results.add(callers.submit(() -> {
                    while (recorder.record(ClusterEvents.LEADER_LOST, null, "until closed", null) > 0) {
                        accepted.incrementAndGet();
                    }
                }));
            }
            LinkFixture.await(() -> accepted.get() >= 10);
            recorder.close();
            for (final Future<?> result : results) {
                result.get();
            }
            assertThat(SpoolInspection.of(disk, recorder.spoolFile()).events()).isEqualTo(accepted.get());
            Files.delete(recorder.spoolFile());
            accepted.set(0);
        }
    }

    @Test
    void shouldSayWhatIsWrongAndLetTheSpoolGoWhereTheDeviceFailsAtLaunch() {
        disk.failing = true;
        assertThatThrownBy(() -> EventRecorder.launch(context(SpoolDurability.DISK)))
            .isInstanceOf(SpoolException.class).hasMessageContaining("cannot force spool")
            .hasMessageContaining("choose a directory on another device");
        disk.failing = false;
        launch();
        assertThat(fixture.recorder.spoolFile()).hasFileName("cmd.spool");
        assertThat(record()).isOne();
    }

    @Test
    void shouldLetTheSpoolGoWhereTheLaunchFails() {
        assertThatThrownBy(() -> EventRecorder.launch(context(SpoolDurability.PROCESS)
            .useConductorInvoker(false)
            .threadFactory(task -> {
                throw new IllegalStateException("no thread");
            })))
            .isInstanceOf(IllegalStateException.class).hasMessage("no thread");
        launch();
        assertThat(fixture.recorder.spoolFile()).hasFileName("cmd.spool");
    }
}
