package herald.engine;

import herald.admission.Stranger;
import herald.events.ClusterEvents;
import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.receiver.ReceiverCounter;
import herald.recorder.EventRecorder;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SharedKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A proxy in a process with few file descriptors, to which somebody sends from a bare socket, with and without the
 * key: it keeps descriptors for its own files, says little, and serves the recorders of its host.
 */
@Tag("slow")
@Timeout(180)
class FewDescriptorsTest {
    private static final int DESCRIPTORS = 2048;
    private static final int STREAMS = 2_600;
    private static final int BAD_SETUPS = 20_000;
    private static final int HUGE_TERM_LENGTH = 16 * 1024 * 1024;
    private static final int TERM_LENGTH = 256 * 1024;
    private static final int STREAM = LinkDescriptor.EVENT_STREAM_ID;
    private static final long MAX_LOG_LENGTH = 16 * 1024;
    private static final String KEY = "the key of proxy and recorders";
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private final Handshake handshake = new Handshake(new SharedKey(KEY.getBytes(StandardCharsets.UTF_8)));
    private Process proxy;
    private BufferedReader answers;
    private Stranger stranger;
    private int session;

    @BeforeEach
    void setUp() throws IOException {
        final List<String> command = new ArrayList<>(
            List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-XX:-UsePerfData", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
            ListeningProxyChild.class.getName(), dataDir().toString(), KEY));
        proxy = new ProcessBuilder(command).redirectError(log().toFile()).start();
        answers = proxy.inputReader(StandardCharsets.UTF_8);
        stranger = new Stranger(Integer.parseInt(answers.readLine()));
    }

    @AfterEach
    void tearDown() {
        stranger.close();
        proxy.destroyForcibly().onExit().join();
        TreeRemoval.remove(HeraldDirectory.aeronDir(dataDir()));
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Path log() {
        return dir.resolve("proxy.err");
    }

    private long count(final ReceiverCounter counter) {
        try {
            proxy.outputWriter(StandardCharsets.UTF_8).append(counter.name()).append('\n').flush();
            return Long.parseLong(answers.readLine());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sender with the key, to which nobody can answer. */
    private void knock(final int aeronSession) {
        final int length = handshake.encode(new Knock(UUID.randomUUID(), Nonce.next(new SecureRandom()), aeronSession,
            1234, "127.0.0.1:9", LinkDescriptor.PROTOCOL_VERSION));
        final byte[] bytes = new byte[length];
        handshake.buffer().getBytes(0, bytes);
        stranger.setup(STREAM, aeronSession, TERM_LENGTH);
        stranger.data(STREAM, aeronSession, 0, bytes);
        stranger.setup(STREAM, aeronSession, TERM_LENGTH);
    }

    private void assertServesItsHost() throws IOException {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dataDir()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir()).toString()))) {
            for (int i = 1; i <= 100; i++) {
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "e" + i, null)).isEqualTo(i);
            }
            assertThat(recorder.awaitAcknowledged(100, ACK_TIMEOUT_NS)).isTrue();
        }
        assertThat(count(ReceiverCounter.ACCEPTED)).isEqualTo(100);
        assertThat(count(ReceiverCounter.DRIVER_LOST)).isZero();
        proxy.getOutputStream().close();
        assertThat(proxy.onExit().join().exitValue()).isZero();
        assertThat(Files.size(log())).as(Files.readString(log())).isLessThan(MAX_LOG_LENGTH);
    }

    /** Streams of other hosts that the driver has memory for; their directory comes with the first one. */
    private int images() {
        try {
            final Path driver = HeraldDirectory.aeronDir(dataDir()).resolve("cnc.dat").toRealPath().getParent();
            final String[] images = driver.resolve("images").toFile().list();
            return images == null ? 0 : images.length;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldKeepDescriptorsForItsFilesWhereThousandsOfStreamsHaveTheKey() throws IOException {
        await().until(() -> {
            for (int i = 0; i < STREAMS / 20; i++) {
                knock(++session);
            }
            return session >= STREAMS && count(ReceiverCounter.REMOTE_STREAMS_REFUSED) > 0;
        });
        assertServesItsHost();
    }

    @Test
    void shouldSayLittleOfThousandsOfPacketsThatAreNothing() throws IOException {
        await().until(() -> {
            for (int i = 0; i < BAD_SETUPS / 100; i++) {
                session++;
                stranger.setup(STREAM + session % 2, session, HUGE_TERM_LENGTH << session % 3);
            }
            return count(ReceiverCounter.REMOTE_FRAMES_REFUSED) > BAD_SETUPS;
        });
        assertServesItsHost();
    }

    @Test
    void shouldSayLittleOfWhomItCanNotAnswer() throws IOException {
        await().until(() -> {
            knock(++session);
            return images() > 20;
        });
        assertServesItsHost();
    }
}
