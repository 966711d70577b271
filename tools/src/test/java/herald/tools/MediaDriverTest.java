package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A media driver in a process of its own, under a proxy and recorders in others.
 */
@Tag("slow")
@Timeout(180)
class MediaDriverTest {
    @TempDir
    private Path dir;

    private Path aeronDir() {
        return dir.resolve("aeron");
    }

    private HeraldProcess driver() throws IOException {
        final HeraldProcess driver =
            HeraldProcess.start(dir, "driver", "--aeron-dir=" + aeronDir(), "--timeout=1s");
        driver.awaitOut("ready");
        return driver;
    }

    private HeraldProcess proxy() throws IOException {
        final Path config = Files.writeString(dir.resolve("herald.yaml"), "aeron:\n  driver-timeout: 1s\n");
        return HeraldProcess.proxy(
            dir, dir.resolve("data"), "--config=" + config, "--aeron-dir=" + aeronDir(), "--batch-interval=100ms");
    }

    private HeraldProcess record(final String message) throws IOException, InterruptedException {
        return HeraldProcess.run(dir, "record", "--data-dir=" + dir.resolve("data"), "--aeron-dir=" + aeronDir(),
            "--driver-timeout=1s", "--component=cmd", "--type=cluster.ElectionStarted", "--timeout=30s", message);
    }

    @Test
    void shouldServeProxyAndRecordersAndRemoveItsDirectory() throws Exception {
        try (HeraldProcess driver = driver(); HeraldProcess proxy = proxy()) {
            final HeraldProcess record = record("first");
            assertThat(record.exitCode()).as(record.err()).isZero();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
            assertThat(aeronDir()).exists();
            assertThat(driver.terminate()).as(driver.err()).isZero();
        }
        assertThat(aeronDir()).doesNotExist();
    }

    @Test
    void shouldTakeTheDirectoryOfOneThatWasKilledAndRefuseThatOfOneThatIsAlive() throws Exception {
        try (HeraldProcess killed = driver()) {
            killed.kill();
            assertThat(aeronDir()).exists();
        }
        try (HeraldProcess driver = driver()) {
            final HeraldProcess second =
                HeraldProcess.run(dir, "driver", "--aeron-dir=" + aeronDir(), "--timeout=1s");
            assertThat(second.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(second.err()).contains("alive in " + aeronDir(), "--aeron-dir");
            assertThat(driver.isAlive()).isTrue();
        }
    }
}
