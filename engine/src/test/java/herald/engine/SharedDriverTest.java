package herald.engine;

import herald.events.ClusterEvents;
import herald.link.DirectoryIdentity;
import herald.receiver.ReceiverCounter;
import herald.recorder.EventRecorder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A media driver that several processes share has the recorders of one proxy.
 */
@Timeout(120)
class SharedDriverTest {
    private static final long TIMEOUT_MS = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path dir;
    private LocalMediaDriver driver;

    @BeforeEach
    void setUp() {
        driver = LocalMediaDriver.launch(dir.resolve("driver").toString(), TIMEOUT_MS, error -> { });
    }

    @AfterEach
    void tearDown() {
        driver.close();
    }

    private EventProxy launch(final String name) {
        return EventProxy.launch(new EventProxy.Context()
            .dataDir(dir.resolve(name))
            .node(name)
            .aeronDirectoryName(driver.directoryName())
            .externalDriver(true)
            .driverTimeoutMs(TIMEOUT_MS)
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000));
    }

    private EventRecorder recorder(final String name, final List<String> said) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .dataDir(dir.resolve(name))
            .aeronDirectoryName(driver.directoryName())
            .driverTimeoutMs(TIMEOUT_MS)
            .closeLingerNs(0)
            .errorHandler(error -> said.add(String.valueOf(error.getMessage()))));
    }

    @Test
    void shouldRefuseASecondProxyAndGoOnWithTheFirst() {
        try (EventProxy first = launch("a")) {
            // What asked for the driver before that event has its answer: a second proxy at the same moment waits.
            assertAcknowledges("a");
            assertThatThrownBy(() -> launch("b")).isInstanceOf(ProxyException.class)
                .hasMessageContaining(driver.directoryName())
                .hasMessageContaining(dir.resolve("a").toString())
                .hasMessageContaining(first.identity().id().toString())
                .hasMessageContaining("--aeron-dir");
            assertThat(first.hasFailed()).isFalse();
            assertAcknowledges("a");
        }
        launch("b").close();
        launch("a").close();
    }

    private void assertAcknowledges(final String name) {
        final List<String> said = new CopyOnWriteArrayList<>();
        try (EventRecorder recorder = recorder(name, said)) {
            final long last = recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null);
            assertThat(recorder.awaitAcknowledged(last, LIMIT.toNanos())).as("%s", said).isTrue();
        }
    }

    @Test
    void shouldSayWhichOneHasNoLinkWhereTheDriverComesLater() {
        driver.close();
        try (EventProxy first = launch("a"); EventProxy second = launch("b")) {
            assertThat(first.linkFailure()).contains("no media driver");
            assertThat(second.linkFailure()).contains("no media driver");
            driver = LocalMediaDriver.launch(driver.directoryName(), TIMEOUT_MS, error -> { });

            // For a moment both may be there: the one that asked first stays.
            await().atMost(LIMIT).until(() -> isRefused(first) != isRefused(second));
            final EventProxy other = isRefused(first) ? first : second;
            assertThat(other.linkFailure()).contains("proxy of data directory", "--aeron-dir");
            assertThat(other.counters().get(ReceiverCounter.DRIVER_MISSING)).isEqualTo(1);
        }
    }

    private static boolean isRefused(final EventProxy proxy) {
        return String.valueOf(proxy.linkFailure()).contains("is in use by");
    }

    @Test
    void shouldLetTheProxyOfTheSameDirectoryComeBackAtOnce() {
        final UUID id;
        try (EventProxy first = launch("a")) {
            id = first.identity().id();
        }
        try (EventProxy second = launch("a")) {
            assertThat(second.identity().id()).isEqualTo(id);
        }
    }

    @Test
    void shouldAcknowledgeNothingToARecorderOfAnotherDirectory() {
        launch("b").close();
        final UUID b = DirectoryIdentity.read(dir.resolve("b")).id();
        final List<String> said = new CopyOnWriteArrayList<>();
        try (EventProxy proxy = launch("a"); EventRecorder recorder = recorder("b", said)) {
            final long last = recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null);
            await().atMost(LIMIT).until(() -> said.stream().anyMatch(text -> text.contains(b.toString())));
            assertThat(recorder.isLive()).isFalse();
            assertThat(recorder.acknowledgedSequence()).isLessThan(last);
            assertThat(proxy.counters().get(ReceiverCounter.ACCEPTED)).isZero();
            assertThat(proxy.counters().get(ReceiverCounter.OTHER_DIRECTORY)).isPositive();
        }
        final List<String> more = new CopyOnWriteArrayList<>();
        try (EventProxy own = launch("b"); EventRecorder recorder = recorder("b", more)) {
            assertThat(recorder.awaitAcknowledged(recorder.lastSequence(), LIMIT.toNanos())).as("%s", more).isTrue();
            await().atMost(LIMIT).until(() -> own.counters().get(ReceiverCounter.ACCEPTED) +
                own.counters().get(ReceiverCounter.ADOPTED) > 0);
        }
    }
}
