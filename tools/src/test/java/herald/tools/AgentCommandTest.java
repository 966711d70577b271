package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@code herald agent} from start to stop.
 */
@Timeout(120)
class AgentCommandTest {
    @TempDir
    private Path tempDir;

    @Test
    void shouldRecordStateOfHostAndItsOwnEnd() throws InterruptedException, IOException {
        final Path link = Files.createDirectories(tempDir.resolve("net/eth7"));
        Files.writeString(link.resolve("operstate"), "up\n");
        final AtomicReference<Cli> call = new AtomicReference<>();
        final Thread agent = new Thread(() -> call.set(Cli.run("agent", "--interval=10ms",
            "--sys-class-net=" + tempDir.resolve("net"), "--mount=" + tempDir, "--disk-threshold=100",
            "--spool-dir=" + tempDir, "--aeron-dir=" + tempDir.resolve("aeron"))));
        agent.start();
        await().until(() -> spool().contains("link eth7 is up"));

        agent.interrupt();
        agent.join();

        assertThat(call.get()).isEqualTo(new Cli(ExitCode.SPOOLED, "", "herald: kept in " +
            tempDir.resolve("agent.spool") + "; the proxy will deliver it\n"));
        assertThat(spool()).contains("agent watches ", "agent no longer watches ");
    }

    private String spool() throws IOException {
        final Path file = tempDir.resolve("agent.spool");
        return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    }
}
