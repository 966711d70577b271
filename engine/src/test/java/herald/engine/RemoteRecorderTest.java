package herald.engine;

import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.receiver.ReceiverCounter;
import herald.receiver.RemoteListener;
import herald.recorder.EventRecorder;
import herald.recorder.RemoteProxy;
import herald.seal.SharedKey;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A whole proxy and a recorder behind a media driver of its own, as on another host: once, in order, over restarts.
 */
@Timeout(120)
class RemoteRecorderTest {
    private static final SharedKey KEY =
        new SharedKey("the key of proxy and recorders".getBytes(StandardCharsets.UTF_8));
    private static final long DRIVER_TIMEOUT_MS = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private MediaDriver driver;

    @BeforeEach
    void setUp() {
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(dir.resolve("remote-aeron").toString())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
    }

    @AfterEach
    void tearDown() {
        driver.close();
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private EventProxy launchProxy(final String endpoint) {
        return EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir())
            .node("proxy-node")
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .remoteListener(new RemoteListener(endpoint, KEY)));
    }

    private EventRecorder launchRecorder(final Endpoint proxy) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .node("remote-node")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(dir.resolve("remote-spool"))
            .aeronDirectoryName(driver.aeronDirectoryName())
            .ackTimeoutNs(TimeUnit.MILLISECONDS.toNanos(500))
            .remoteProxy(new RemoteProxy(proxy.toString(), KEY)));
    }

    private static void record(final EventRecorder recorder, final int from, final int to) {
        for (int i = from; i <= to; i++) {
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "e" + i, null)).isEqualTo(i);
        }
    }

    private List<String> journaled() {
        final List<String> events = new ArrayList<>();
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(dataDir()), 0, damage -> events.add("damage " + damage))) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    events.add(reader.event().node() + '/' + reader.event().refName() + ' ' +
                        reader.event().message());
                }
            }
        }
        return events;
    }

    @Test
    void shouldJournalOnceAndInOrderWhatARemoteRecorderSendsOverRestartsOfTheProxy() {
        EventProxy proxy = launchProxy("127.0.0.1:0");
        try {
            final EventProxy first = proxy;
            await().until(() -> first.remoteEndpoint() != null);
            final Endpoint endpoint = proxy.remoteEndpoint();
            try (EventRecorder recorder = launchRecorder(endpoint)) {
                for (int run = 0; run < 3; run++) {
                    record(recorder, run * 200 + 1, run * 200 + 100);
                    assertThat(recorder.awaitAcknowledged(run * 200 + 100, ACK_TIMEOUT_NS)).isTrue();
                    assertThat(proxy.counters().get(ReceiverCounter.REMOTE_FORGED)).isZero();
                    proxy.close();
                    record(recorder, run * 200 + 101, run * 200 + 200);
                    proxy = launchProxy(endpoint.toString());
                }
                assertThat(recorder.awaitAcknowledged(600, ACK_TIMEOUT_NS)).isTrue();
            }
        } finally {
            proxy.close();
        }
        final List<String> events = journaled();
        assertThat(events).hasSize(600);
        for (int i = 1; i <= 600; i++) {
            assertThat(events.get(i - 1)).isEqualTo("remote-node/remote-node e" + i);
        }
        assertThat(HeraldDirectory.aeronDir(dataDir())).doesNotExist();
    }

    @Test
    void shouldJournalOnceAndInOrderOverRestartsOfTheRecorder() {
        try (EventProxy proxy = launchProxy("127.0.0.1:0")) {
            await().until(() -> proxy.remoteEndpoint() != null);
            for (int run = 0; run < 3; run++) {
                try (EventRecorder recorder = launchRecorder(proxy.remoteEndpoint())) {
                    record(recorder, run * 50 + 1, run * 50 + 50);
                    assertThat(recorder.awaitAcknowledged(run * 50 + 50, ACK_TIMEOUT_NS)).isTrue();
                }
            }
            assertThat(journaled()).hasSize(150).doesNotHaveDuplicates();
        }
    }

    private EventProxy.Context contextOfDyingDrivers() {
        return new EventProxy.Context()
            .dataDir(dataDir())
            .driverTimeoutMs(DRIVER_TIMEOUT_MS)
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000);
    }

    private static Endpoint awaitEndpoint(final EventProxy proxy) {
        await().until(() -> proxy.remoteEndpoint() != null);
        return proxy.remoteEndpoint();
    }

    private static void awaitLost(final EventProxy proxy, final long times) {
        await().atMost(LIMIT).until(() -> proxy.counters().get(ReceiverCounter.DRIVER_LOST) >= times);
    }

    /** On a port that is free now: the next life of the proxy's client must listen on the same. */
    private Endpoint freeEndpoint() {
        try (EventProxy proxy = launchProxy("127.0.0.1:0")) {
            return awaitEndpoint(proxy);
        }
    }

    private void assertJournaledInOrder(final int last) {
        assertThat(journaled()).isEqualTo(IntStream.rangeClosed(1, last)
            .mapToObj(i -> "remote-node/remote-node e" + i).toList());
    }

    @Test
    void shouldListenAgainWhereTheProxysOwnDriverIsDead() {
        final Endpoint endpoint = freeEndpoint();
        try (EventProxy proxy = EventProxy.launch(
            contextOfDyingDrivers().remoteListener(new RemoteListener(endpoint.toString(), KEY)));
            EventRecorder recorder = launchRecorder(endpoint)) {
            record(recorder, 1, 10);
            assertThat(recorder.awaitAcknowledged(10, ACK_TIMEOUT_NS)).isTrue();
            IoUtil.delete(Path.of(proxy.aeronDirectoryName()).toFile(), false);
            awaitLost(proxy, 1);
            record(recorder, 11, 20);
            assertThat(recorder.awaitAcknowledged(20, ACK_TIMEOUT_NS)).isTrue();
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertJournaledInOrder(20);
    }

    @Test
    void shouldListenAgainWithTheNextDriverFromOutside() {
        final String aeronDir = dir.resolve("proxy-aeron").toString();
        final Endpoint endpoint = freeEndpoint();
        LocalMediaDriver proxyDriver = null;
        try (EventProxy proxy = EventProxy.launch(contextOfDyingDrivers()
            .aeronDirectoryName(aeronDir).externalDriver(true)
            .remoteListener(new RemoteListener(endpoint.toString(), KEY)));
            EventRecorder recorder = launchRecorder(endpoint)) {
            for (int round = 0; round < 3; round++) {
                record(recorder, round * 10 + 1, round * 10 + 5);
                proxyDriver = LocalMediaDriver.launch(aeronDir, DRIVER_TIMEOUT_MS, error -> { });
                record(recorder, round * 10 + 6, round * 10 + 10);
                assertThat(recorder.awaitAcknowledged(round * 10 + 10, ACK_TIMEOUT_NS)).isTrue();
                proxyDriver.close();
                awaitLost(proxy, round + 1);
            }
            assertThat(proxy.counters().get(ReceiverCounter.VOIDED)).isZero();
            assertThat(proxy.hasFailed()).isFalse();
        } finally {
            CloseHelper.quietClose(proxyDriver);
        }
        assertJournaledInOrder(30);
    }

    @Test
    void shouldSayWhereItCannotListen() {
        try (EventProxy proxy = launchProxy("127.0.0.1:0")) {
            assertThat(proxy.hasFailed()).isFalse();
            assertThatThrownBy(() -> EventProxy.launch(new EventProxy.Context()
                .dataDir(dir.resolve("other"))
                .remoteListener(new RemoteListener("192.0.2.1:4810", KEY))))
                .isInstanceOf(ProxyException.class)
                .hasMessage("cannot listen for remote recorders on 192.0.2.1:4810: Cannot assign requested address; " +
                    "choose an address of this host and a free port");
        }
    }

    @Test
    void shouldSayInOneLineThatItsAddressIsTaken() throws IOException {
        final String endpoint;
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            endpoint = "127.0.0.1:" + taken.getLocalPort();
            assertThatThrownBy(() -> launchProxy(endpoint))
                .isInstanceOf(ProxyException.class)
                .hasMessage("cannot listen for remote recorders on " + endpoint + ": Address already in use; " +
                    "choose an address of this host and a free port");
        }
        launchProxy(endpoint).close();
    }
}
