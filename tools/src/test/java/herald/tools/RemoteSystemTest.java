package herald.tools;

import herald.link.HeraldDirectory;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@code herald proxy} and {@code herald record --proxy} in processes of their own, as on two hosts.
 */
@Tag("slow")
@Timeout(180)
class RemoteSystemTest {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @TempDir
    private Path dir;
    private Path config;
    private String endpoint;
    private List<Path> driversBefore;

    @BeforeEach
    void setUp() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            endpoint = "127.0.0.1:" + socket.getLocalPort();
        }
        key("herald.key", "the key of proxy and recorders\n");
        config = Files.writeString(dir.resolve("herald.yaml"),
            "remote:\n  listen: " + endpoint + "\n  key-file: " + dir.resolve("herald.key") + "\n");
        driversBefore = drivers();
    }

    @AfterEach
    void tearDown() {
        if (Files.exists(dataDir())) {
            IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
        }
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Path key(final String name, final String text) throws IOException {
        final Path file = Files.writeString(dir.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Directories of the media drivers that commands started. */
    private static List<Path> drivers() throws IOException {
        try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
            return files.filter(file -> file.getFileName().toString().startsWith("herald-remote-")).toList();
        }
    }

    private HeraldProcess proxy() throws IOException {
        return HeraldProcess.proxy(dir, dataDir(), "--config=" + config);
    }

    private HeraldProcess record(final String keyFile, final String message, final String timeout) throws Exception {
        return HeraldProcess.run(dir, "record", "--data-dir=" + dir.resolve("elsewhere"), "--proxy=" + endpoint,
            "--key-file=" + dir.resolve(keyFile), "--component=cmd", "--type=cluster.ElectionStarted",
            "--timeout=" + timeout, message);
    }

    private String journal() throws Exception {
        return HeraldProcess.run(dir, "tail", "--data-dir=" + dataDir(), "--stream=journal", "--output=json").out();
    }

    @Test
    void shouldDeliverWhatIsRecordedElsewhereAlsoWhileNoProxyRan() throws Exception {
        final HeraldProcess early = record("herald.key", "early", "0s");
        assertThat(early.exitCode()).isEqualTo(ExitCode.SPOOLED);
        assertThat(early.err()).contains("remote-spool", "sends to " + endpoint + " delivers it");
        try (HeraldProcess proxy = proxy()) {
            assertThat(proxy.out()).contains(" remote=" + endpoint);
            final HeraldProcess late = record("herald.key", "late", "30s");
            assertThat(late.exitCode()).as(late.err()).isZero();
            assertThat(late.err()).isEmpty();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
            assertThat(proxy.err()).doesNotContain("ERROR", "\tat ");
        }
        assertThat(journal().lines()).hasSize(2).satisfiesExactly(
            line -> assertThat(line).contains("\"early\""), line -> assertThat(line).contains("\"late\""));
        assertThat(drivers()).isEqualTo(driversBefore);
    }

    @Test
    void shouldRefuseAnotherKeyAndCountIt() throws Exception {
        key("other.key", "a key of somebody else's making\n");
        try (HeraldProcess proxy = proxy()) {
            final HeraldProcess record = record("other.key", "forged", "8s");
            assertThat(record.exitCode()).as(record.err()).isEqualTo(ExitCode.SPOOLED);
            assertThat(record.err()).contains("kept in", "same key");
            assertThat(proxy.terminate()).isZero();
        }
        assertThat(journal()).isEmpty();
        assertThat(Cli.run("stat", "--data-dir=" + dataDir()).out())
            .contains("remote messages refused: not sealed with the key");
        assertThat(drivers()).isEqualTo(driversBefore);
    }

    /** An administrator puts another key in its place; SIGHUP asks for files to be opened anew. */
    @Test
    void shouldTakeTheNewKeyAtHangup() throws Exception {
        HeraldProcess.assumeHeeded(1);
        key("next.key", "the next key of proxy and recorders\n");
        try (HeraldProcess proxy = proxy()) {
            assertThat(record("herald.key", "first", "60s").exitCode()).isZero();
            key("herald.key", "the next key of proxy and recorders\n");
            proxy.signal("HUP");
            await().until(() -> proxy.err().contains("must have the new key"));

            assertThat(record("next.key", "second", "60s").exitCode()).isZero();
            key("herald.key", "too short\n");
            proxy.signal("HUP");
            await().until(() -> proxy.err().contains("remote.key-file stays what it was"));

            assertThat(record("next.key", "third", "60s").exitCode()).isZero();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertThat(journal()).contains("first", "second", "third");
    }
}
