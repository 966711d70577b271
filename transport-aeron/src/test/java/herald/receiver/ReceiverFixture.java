package herald.receiver;

import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.link.DirectoryIdentity;
import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.status.HeartbeatTimestamp;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.status.CountersReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A receiver that the test steps, behind a real media driver, with everything around it written down.
 */
final class ReceiverFixture implements AutoCloseable {
    /** The third start of a directory that had another id at its first: its journal ended at 1,000 and at 2,000. */
    static final DirectoryIdentity IDENTITY = new DirectoryIdentity(new UUID(3, 3), 3, null, List.of(
        new DirectoryIdentity.Start(new UUID(3, 3), 3, 33, 2_000),
        new DirectoryIdentity.Start(new UUID(3, 3), 2, 32, 1_000),
        new DirectoryIdentity.Start(new UUID(1, 1), 1, 31, 64)));
    static final long RUN_ID = 77;
    static final Duration LIMIT = Duration.ofSeconds(60);
    static final int MAX_EVENT_LENGTH = 8 * 1024;

    final RecordingIngress ingress = new RecordingIngress();
    final DurableFeed durable = new DurableFeed();
    final Path spoolDir;
    final EventReceiver receiver;
    final RecorderRegistry registry;
    private final Map<CounterId, Long> counts = new HashMap<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final Path quarantineFile;
    private final Quarantine quarantine;
    private final MediaDriver driver;
    private final ReceiverClient client;
    private final List<Aeron> clients = new ArrayList<>();
    private long nowNs = TimeUnit.HOURS.toNanos(1);
    private int nextReplyStreamId = 10_000;

    ReceiverFixture(final Path dir) throws IOException {
        this(dir, new ArrayList<>());
    }

    /** A receiver whose journal knows recorders already. */
    ReceiverFixture(final Path dir, final List<RecorderState> known) throws IOException {
        this(dir, known, null);
    }

    /** A receiver that listens for other hosts, too. */
    ReceiverFixture(final Path dir, final List<RecorderState> known, final RemoteListener remote) throws IOException {
        spoolDir = dir.resolve("spools");
        quarantineFile = dir.resolve("quarantine.log");
        quarantine = new Quarantine(quarantineFile, 1024 * 1024);
        final String aeronDir = dir.resolve("aeron").toString();
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
            .aeronDirectoryName(aeronDir)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .publicationLingerTimeoutNs(TimeUnit.MILLISECONDS.toNanos(50))
            .errorHandler(errors::add)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
        final CounterId.Sink sink = (counter, amount) -> counts.merge(counter, amount, Long::sum);
        client = new ReceiverClient(aeronDir, this::connect, () -> nowNs, sink, errors::add);
        registry = new RecorderRegistry(ingress, sink, IDENTITY, errors::add);
        known.forEach(registry::add);
        receiver = new EventReceiver(new EventReceiver.Context(
            client, remote, ingress, durable, RUN_ID, 64, MAX_EVENT_LENGTH, spoolDir, TimeUnit.SECONDS.toNanos(60),
            SystemDisk.INSTANCE, quarantine, sink, () -> nowNs, () -> 0, errors::add), registry);
    }

    private Aeron connect(final ErrorHandler errorHandler) {
        return Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .keepAliveIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .errorHandler(errorHandler));
    }

    /** When the receiver's client last told the driver that it lives; -1 where it has not. */
    long keptAliveMs() {
        final CountersReader counters = client.aeron().countersReader();
        final int id = HeartbeatTimestamp.findCounterIdByRegistrationId(
            counters, HeartbeatTimestamp.HEARTBEAT_TYPE_ID, client.aeron().clientId());
        return id < 0 ? -1 : counters.getCounterValue(id);
    }

    /** A client of its own, as another process would have. */
    Aeron newClient() {
        final Aeron other = connect(errors::add);
        clients.add(other);
        return other;
    }

    RawRecorder newRecorder(final UUID id) {
        return newRecorder(newClient(), id);
    }

    RawRecorder newRecorder(final Aeron sharedClient, final UUID id) {
        return new RawRecorder(this, sharedClient, id, nextReplyStreamId++);
    }

    void step() {
        receiver.doWork();
        for (final Aeron client : clients) {
            if (!client.isClosed()) {
                client.conductorAgentInvoker().invoke();
            }
        }
    }

    void step(final int times) {
        for (int i = 0; i < times; i++) {
            step();
        }
    }

    void stepUntil(final BooleanSupplier condition) {
        await().atMost(LIMIT).pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
            .until(() -> {
                step();
                return condition.getAsBoolean();
            });
    }

    void awaitCount(final ReceiverCounter counter, final long value) {
        stepUntil(() -> count(counter) >= value);
        assertThat(count(counter)).as(counter.label()).isEqualTo(value);
    }

    long count(final ReceiverCounter counter) {
        return counts.getOrDefault(counter, 0L);
    }

    /** The port on which it listens for other hosts. */
    int remotePort() {
        stepUntil(() -> receiver.remoteEndpoint() != null);
        return receiver.remoteEndpoint().port();
    }

    long nowNs() {
        return nowNs;
    }

    void advanceNs(final long ns) {
        nowNs += ns;
    }

    /** What the journal's thread does at the end of a turn. */
    void journal(final UUID recorderId, final long sequence) {
        final RecorderState state = ingress.state(recorderId);
        state.journaled(sequence, 1);
        durable.publish(state);
    }

    List<String> quarantined() {
        try {
            return Files.readAllLines(quarantineFile);
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Takes the errors, which the test expects. */
    List<Throwable> drainErrors() {
        final List<Throwable> drained = List.copyOf(errors);
        errors.clear();
        return drained;
    }

    @Override
    public void close() throws IOException {
        receiver.onClose();
        CloseHelper.closeAll(clients);
        CloseHelper.closeAll(client, driver, quarantine);
        assertThat(errors).isEmpty();
    }
}
