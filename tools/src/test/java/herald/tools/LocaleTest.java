package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Users whose locale writes digits of its own: what commands say, and what they call their files, is the same.
 */
@Timeout(120)
class LocaleTest {
    private static final List<String> PERSIAN = List.of("-Duser.language=fa", "-Duser.country=IR");

    @TempDir
    private Path dir;

    private Path dataDir() {
        return dir.resolve("data");
    }

    private HeraldProcess run(final List<String> locale, final String... args) throws Exception {
        try (HeraldProcess process = HeraldProcess.startWith(locale, dir, args)) {
            process.exitCode();
            return process;
        }
    }

    @Test
    void shouldSayTheSameInAnyLocale() throws Exception {
        final Path file = dir.resolve("events.ndjson");
        try (HeraldProcess proxy = HeraldProcess.startWith(PERSIAN, dir, "proxy", "--data-dir=" + dataDir(),
            "--node=node-1", "--batch-interval=50ms", "--writer=file:" + file)) {
            proxy.awaitOut("ready");
            assertThat(run(PERSIAN, "record", "--data-dir=" + dataDir(), "--component=cmd",
                "--type=cluster.ElectionStarted", "--timeout=60s", "one").exitCode()).isZero();
            await().until(() -> Files.exists(file) && Files.readString(file).contains("one"));
            assertThat(proxy.terminate()).isZero();
        }
        assertSame("stat", "--all", "--data-dir=" + dataDir());
        assertSame("tail", "--data-dir=" + dataDir());
        assertSame("verify", "--data-dir=" + dataDir());
        final Path segment = dataDir().resolve("dispatch").resolve("0".repeat(20) + ".log");
        try (RandomAccessFile damaged = new RandomAccessFile(segment.toFile(), "rw")) {
            damaged.seek(100);
            damaged.write("damage".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(assertSame("verify", "--data-dir=" + dataDir()).exitCode()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(run(PERSIAN, "verify", "--repair", "--data-dir=" + dataDir()).exitCode()).isZero();
    }

    private HeraldProcess assertSame(final String... args) throws Exception {
        final HeraldProcess persian = run(PERSIAN, args);
        final HeraldProcess other = run(List.of("-Duser.language=en"), args);

        assertThat(persian.out()).isEqualTo(other.out()).isNotEmpty();
        assertThat(persian.exitCode()).isEqualTo(other.exitCode());
        return persian;
    }
}
