package herald.engine;

import herald.admission.DisturbedLink;
import herald.admission.DisturbedReplies;
import herald.admission.Stranger;
import herald.events.ClusterEvents;
import herald.link.LinkDescriptor;
import herald.receiver.ReceiverCounter;
import herald.receiver.RemoteListener;
import herald.recorder.EventRecorder;
import herald.recorder.RemoteProxy;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SharedKey;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.protocol.HeaderFlyweight;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A whole proxy that listens on UDP, and somebody who sends to its port from a bare socket, without the key: it ends
 * nothing, gets no memory and next to nothing sent back, and good recorders stay in.
 */
@Timeout(120)
class StrangersTest {
    private static final SharedKey KEY =
        new SharedKey("the key of proxy and recorders".getBytes(StandardCharsets.UTF_8));
    private static final SharedKey WRONG_KEY =
        new SharedKey("a key of somebody else's making".getBytes(StandardCharsets.UTF_8));
    private static final int STREAM = LinkDescriptor.EVENT_STREAM_ID;
    private static final int TERM_LENGTH = 256 * 1024;
    private static final int HUGE_TERM_LENGTH = 16 * 1024 * 1024;
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private EventProxy proxy;
    private Stranger stranger;
    private long lengthBefore;

    @BeforeEach
    void setUp() {
        proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(dir.resolve("data"))
            .node("proxy-node")
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .remoteListener(new RemoteListener("127.0.0.1:0", KEY)));
        await().until(() -> proxy.remoteEndpoint() != null);
        stranger = new Stranger(proxy.remoteEndpoint().port());
        lengthBefore = sharedMemory();
    }

    @AfterEach
    void tearDown() {
        stranger.close();
        proxy.close();
    }

    /** Bytes of the files of the proxy's media driver. */
    private long sharedMemory() {
        try (Stream<Path> files = Files.walk(Path.of(proxy.aeronDirectoryName()))) {
            return files.filter(Files::isRegularFile).mapToLong(StrangersTest::length).sum();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long length(final Path file) {
        try {
            return Files.size(file);
        } catch (final IOException e) {
            return 0;
        }
    }

    private long count(final ReceiverCounter counter) {
        return proxy.counters().get(counter);
    }

    /** All that came was looked at: the driver takes datagrams in their order, and this one counts. */
    private void awaitDriver() {
        final long before = count(ReceiverCounter.REMOTE_FRAMES_REFUSED);
        await().until(() -> {
            stranger.setup(STREAM + 1, 0, TERM_LENGTH);
            return count(ReceiverCounter.REMOTE_FRAMES_REFUSED) > before;
        });
        stranger.receive();
    }

    private void assertNothingGiven() {
        awaitDriver();
        assertThat(sharedMemory()).isEqualTo(lengthBefore);
        assertThat(stranger.receivedPackets()).isLessThanOrEqualTo(stranger.sentPackets());
        assertThat(stranger.receivedBytes()).isLessThan(2 * stranger.sentBytes());
        assertThat(count(ReceiverCounter.REMOTE_SESSIONS)).isZero();
    }

    private static byte[] knock(final SharedKey key, final int sessionId, final String replyEndpoint) {
        final Handshake handshake = new Handshake(key);
        final int length = handshake.encode(new Knock(UUID.randomUUID(), Nonce.next(new SecureRandom()), sessionId,
            1234, replyEndpoint, LinkDescriptor.PROTOCOL_VERSION));
        final byte[] bytes = new byte[length];
        handshake.buffer().getBytes(0, bytes);
        return bytes;
    }

    private void recordAsNewcomer() {
        recordThrough(proxy.remoteEndpoint().port(), 100);
    }

    private void recordThrough(final int port, final int events) {
        recordThrough(port, events, new MediaDriver.Context());
    }

    private void recordThrough(final int port, final int events, final MediaDriver.Context recorderDriver) {
        try (MediaDriver driver = MediaDriver.launch(recorderDriver
            .aeronDirectoryName(dir.resolve("remote-aeron").toString())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
            EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
                .component("cmd")
                .node("remote-node")
                .eventTypes(ClusterEvents.CATALOG)
                .spoolDir(dir.resolve("remote-spool"))
                .aeronDirectoryName(driver.aeronDirectoryName())
                .remoteProxy(new RemoteProxy("127.0.0.1:" + port, KEY)))) {
            for (int i = 1; i <= events; i++) {
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "e" + i, null)).isEqualTo(i);
            }
            assertThat(recorder.awaitAcknowledged(events, ACK_TIMEOUT_NS)).isTrue();
        }
    }

    @Test
    void shouldTakeARecorderThatHasTheKey() {
        recordAsNewcomer();

        assertThat(count(ReceiverCounter.REMOTE_SESSIONS)).isPositive();
        assertThat(count(ReceiverCounter.REMOTE_FORGED)).isZero();
    }

    @Test
    @Tag("slow")
    void shouldAllocateNothingForHugeTermsPaddingAndAHundredThousandDatagrams() {
        for (int session = 1; session <= 64; session++) {
            stranger.setup(STREAM, session, HUGE_TERM_LENGTH);
            stranger.frame(HeaderFlyweight.HDR_TYPE_PAD, STREAM, session, 0, HUGE_TERM_LENGTH / 2, new byte[0]);
        }
        for (int i = 0; i < 100_000; i++) {
            stranger.frame(HeaderFlyweight.HDR_TYPE_PAD, STREAM, 1 + i % 64, (i * 32) % HUGE_TERM_LENGTH, 32,
                new byte[0]);
        }
        assertNothingGiven();
        recordAsNewcomer();
    }

    @Test
    void shouldAllocateNothingForStreamsThatLookLikeARecorders() {
        for (int session = 1; session <= 2_600; session++) {
            stranger.setup(STREAM, session, TERM_LENGTH);
            stranger.data(STREAM, session, 0, knock(WRONG_KEY, session, "127.0.0.1:9"));
            stranger.data(STREAM, session, 8192, new byte[64]);
        }
        assertNothingGiven();
        assertThat(count(ReceiverCounter.REMOTE_FORGED)).isPositive();
        recordAsNewcomer();
    }

    @Test
    void shouldRefuseOtherStreamsTermsMtusAndWhatIsCutShort() {
        for (final int termLength : new int[]{0, -1, 1, 32 * 1024, 100_000, 2 * 1024 * 1024, 1 << 30, 1 << 31}) {
            stranger.setup(STREAM, 1, termLength);
        }
        for (final int mtu : new int[]{0, -32, 32, 1407, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            stranger.setup(STREAM, 2, TERM_LENGTH, mtu);
        }
        for (final int stream : new int[]{0, -1, STREAM - 1, STREAM + 1, Integer.MAX_VALUE}) {
            stranger.setup(stream, 3, TERM_LENGTH);
            stranger.data(stream, 3, 0, knock(KEY, 3, "127.0.0.1:9"));
        }
        for (int length = 0; length < 40; length++) {
            final byte[] datagram = new byte[length];
            for (int type = 0; type < 8 && length > 6; type++) {
                datagram[6] = (byte)type;
                stranger.send(datagram);
            }
        }
        for (final int offset : new int[]{-1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE - 31}) {
            stranger.data(STREAM, 4, offset, new byte[32]);
            stranger.frame(HeaderFlyweight.HDR_TYPE_DATA, STREAM, 4, 0, offset, new byte[32]);
        }
        assertNothingGiven();
        recordAsNewcomer();
    }

    @Test
    void shouldGiveNothingForAKnockThatWasRecorded() {
        final byte[] recorded = knock(KEY, 5, "127.0.0.1:9");
        stranger.data(STREAM, 5, 0, recorded);
        await().until(() -> {
            stranger.data(STREAM, 5, 0, recorded);
            return count(ReceiverCounter.REMOTE_REPLAYED) > 0;
        });
        try (Stranger other = new Stranger(proxy.remoteEndpoint().port())) {
            other.data(STREAM, 5, 0, recorded);
            other.setup(STREAM, 5, TERM_LENGTH);
            awaitDriver();
            other.receive();
            assertThat(other.receivedPackets()).isZero();
        }
        assertThat(sharedMemory()).isEqualTo(lengthBefore);
    }

    @Test
    void shouldComeUpWhereARoundTripTakesLongerThanTheFirstWait() {
        try (DisturbedLink link = new DisturbedLink(proxy.remoteEndpoint().port(), 600, 0, 0)) {
            recordThrough(link.port(), 100);
        }
        assertThat(count(ReceiverCounter.ACCEPTED)).isEqualTo(100);
    }

    @Test
    void shouldTakeEverythingOnceWhereDatagramsAreChangedAndReplayed() {
        try (DisturbedLink link = new DisturbedLink(proxy.remoteEndpoint().port(), 0, 2, 5)) {
            final DisturbedReplies replies = new DisturbedReplies(2, 5);
            recordThrough(
                link.port(), 3_000, new MediaDriver.Context().receiveChannelEndpointSupplier(replies));
            assertThat(link.changed() + link.replayed()).isPositive();
            assertThat(replies.disturbed()).isPositive();
        }
        assertThat(count(ReceiverCounter.ACCEPTED)).isEqualTo(3_000);
        assertThat(count(ReceiverCounter.VOIDED)).isZero();
    }

    @Test
    void shouldLetANewRecorderInWhileThousandsKnockInVain() {
        final AtomicBoolean done = new AtomicBoolean();
        final Thread flood = new Thread(() -> {
            int session = 1_000;
            while (!done.get()) {
                for (int i = 0; i < 3; i++) {
                    session++;
                    stranger.setup(STREAM, session, TERM_LENGTH);
                    stranger.data(STREAM, session, 0, knock(WRONG_KEY, session, "127.0.0.1:9"));
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        });
        flood.start();
        try {
            await().until(() -> count(ReceiverCounter.REMOTE_FORGED) > 100);
            recordAsNewcomer();
        } finally {
            done.set(true);
            await().until(() -> !flood.isAlive());
        }
        assertThat(count(ReceiverCounter.REMOTE_KNOCKS_DROPPED)).isZero();
    }
}
