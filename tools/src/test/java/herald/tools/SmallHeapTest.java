package herald.tools;

import herald.link.HeraldDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Commands over logs that do not fit into their heap, and settings that do not fit into the host.
 */
@Tag("slow")
@Timeout(600)
class SmallHeapTest {
    private static final int RECORDERS = 2;
    private static final int EVENTS_EACH = 1_000_000;
    private static final int TIMEOUT_SECONDS = 300;

    @TempDir
    private Path dir;

    private Path dataDir() {
        return dir.resolve("data");
    }

    private void recordDistinctEvents() throws Exception {
        final Path config = Files.writeString(dir.resolve("herald.yaml"), """
            dedup:
              interval: 1h
              keys: 2500000
            batch:
              interval: 100ms
            journal:
              retention: 4GiB
            dispatch:
              retention: 4GiB
            """);
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir(), "--config=" + config, "--profile=throughput");
            HeraldProcess crowd = HeraldProcess.startMain(RecorderCrowd.class, List.of(), dir, dataDir().toString(),
                HeraldDirectory.aeronDir(dataDir()).toString(), "throughput",
                Integer.toString(RECORDERS), Integer.toString(16 * 1024 * 1024))) {
            order(crowd, "record " + EVENTS_EACH);
            order(crowd, "acknowledge");
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
    }

    private static void order(final HeraldProcess crowd, final String line) throws IOException {
        crowd.stdin().write((line + '\n').getBytes(StandardCharsets.UTF_8));
        crowd.stdin().flush();
        await().atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS).untilAsserted(() ->
            assertThat(crowd.out()).as(crowd.err()).contains("done " + line));
    }

    private HeraldProcess runIn(final String heap, final String... args) throws Exception {
        try (HeraldProcess command = HeraldProcess.startWith(List.of(heap), dir, args)) {
            await().atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS).until(() -> !command.isAlive());
            return command;
        }
    }

    @Test
    void shouldVerifyTwoMillionDistinctEventsIn64MiB() throws Exception {
        recordDistinctEvents();
        final HeraldProcess verify = runIn("-Xmx64m", "verify", "--data-dir=" + dataDir());
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("verify: whole", "equals the journal's");
        final HeraldProcess stat = runIn("-Xmx64m", "stat", "--data-dir=" + dataDir());
        assertThat(stat.out()).contains(RECORDERS * EVENTS_EACH + "  events journaled");
    }
}
