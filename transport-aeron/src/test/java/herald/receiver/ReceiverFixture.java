package herald.receiver;

import herald.io.SystemDisk;
import herald.link.CounterId;
import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.awaitility.Awaitility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver on a real media driver, stepped by the test's thread, in front of an ingress that only takes notes.
 */
final class ReceiverFixture implements AutoCloseable, EventIngress, CounterId.Sink {
    static final long RUN_ID = 77;
    static final int MAX_EVENT_LENGTH = 4096;

    /** What was handed on. */
    record Taken(UUID recorder, long from, long to, String what) {
    }

    final List<Taken> taken = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    final RecorderRegistry registry = new RecorderRegistry(this, this);
    final Path spoolDir;
    boolean full;
    long nowNs = 1;
    private final DurableFeed durable = new DurableFeed();
    private final Map<CounterId, Long> counts = new HashMap<>();
    private final Path quarantineFile;
    private final Quarantine quarantine;
    private final MediaDriver driver;
    private final Aeron aeron;
    private final EventReceiver receiver;
    private final List<RawRecorder> recorders = new ArrayList<>();

    ReceiverFixture(final Path dir) throws IOException {
        spoolDir = dir.resolve("spool");
        quarantineFile = dir.resolve("quarantine.txt");
        quarantine = new Quarantine(quarantineFile, 64 * 1024);
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(aeronDir())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.SHARED)
            .errorHandler(errors::add));
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .errorHandler(errors::add));
        receiver = new EventReceiver(new EventReceiver.Context(
            aeron, this, durable, RUN_ID, MAX_EVENT_LENGTH, spoolDir, 1_000, SystemDisk.INSTANCE, quarantine, this,
            () -> nowNs, SystemEpochNanoClock.INSTANCE, errors::add), registry);
    }

    private static String aeronDir() {
        final Path memory = Path.of("/dev/shm");
        final Path parent = Files.isDirectory(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("herald-test-" + UUID.randomUUID()).toString();
    }

    RawRecorder recorder(final UUID id) {
        final RawRecorder recorder = new RawRecorder(driver.aeronDirectoryName(), id);
        recorders.add(recorder);
        await(recorder::isConnected);
        return recorder;
    }

    void step() {
        receiver.doWork();
        recorders.forEach(RawRecorder::step);
    }

    void await(final Callable<Boolean> condition) {
        Awaitility.await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            step();
            return condition.call();
        });
    }

    /** As the journal stage does once everything that was taken is durable. */
    void journalAll() {
        for (final Taken one : taken) {
            final RecorderState state = registry.meet(one.recorder(), 1);
            state.journaled(one.to(), 0);
            durable.publish(state);
        }
    }

    List<String> takenOf(final UUID id) {
        return taken.stream().filter(one -> one.recorder().equals(id))
            .map(one -> one.what() + " " + one.from() + (one.to() == one.from() ? "" : ".." + one.to())).toList();
    }

    long count(final CounterId counter) {
        return counts.getOrDefault(counter, 0L);
    }

    String quarantined() throws IOException {
        return Files.readString(quarantineFile);
    }

    void closeRecorder(final RawRecorder recorder) {
        recorders.remove(recorder);
        recorder.close();
    }

    EventReceiver receiver() {
        return receiver;
    }

    @Override
    public boolean onEvent(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (!full) {
            taken.add(new Taken(recorder.id(), sequence, sequence, "event"));
        }
        return !full;
    }

    @Override
    public boolean onVoid(
        final RecorderState recorder, final long fromSequence, final long toSequence, final boolean refused) {
        if (!full) {
            taken.add(new Taken(recorder.id(), fromSequence, toSequence, refused ? "refused" : "lost"));
        }
        return !full;
    }

    @Override
    public void add(final CounterId counter, final long amount) {
        counts.merge(counter, amount, Long::sum);
    }

    @Override
    public void close() throws IOException {
        receiver.onClose();
        recorders.forEach(RawRecorder::close);
        CloseHelper.closeAll(aeron, driver, quarantine);
        assertThat(errors).isEmpty();
    }
}
