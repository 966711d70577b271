package herald.tools;

import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import org.junit.jupiter.api.AfterEach;
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

    /** A process that ends for want of memory leaves its media driver's files, as a killed one does. */
    @AfterEach
    void tearDown() {
        if (Files.exists(dataDir())) {
            TreeRemoval.remove(HeraldDirectory.aeronDir(dataDir()));
        }
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private void recordDistinctEvents(final int recorders, final int eventsEach, final String batchLength)
        throws Exception {
        final Path config = Files.writeString(dir.resolve("herald.yaml"), """
            dedup:
              interval: 1h
              keys: 2500000
            batch:
              length: %s
            journal:
              retention: 4GiB
            dispatch:
              retention: 4GiB
            """.formatted(batchLength));
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir(), "--config=" + config, "--profile=throughput");
            HeraldProcess crowd = crowd(recorders)) {
            order(crowd, "record " + eventsEach);
            order(crowd, "acknowledge");
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
    }

    private HeraldProcess crowd(final int recorders) throws IOException {
        return HeraldProcess.startMain(RecorderCrowd.class, List.of(), dir, dataDir().toString(),
            HeraldDirectory.aeronDir(dataDir()).toString(), "throughput", Integer.toString(recorders),
            Integer.toString(16 * 1024 * 1024));
    }

    private static void send(final HeraldProcess crowd, final String line) throws IOException {
        crowd.stdin().write((line + '\n').getBytes(StandardCharsets.UTF_8));
        crowd.stdin().flush();
    }

    private static void order(final HeraldProcess crowd, final String line) throws IOException {
        send(crowd, line);
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
        recordDistinctEvents(RECORDERS, EVENTS_EACH, "1MiB");
        final HeraldProcess verify = runIn("-Xmx64m", "verify", "--data-dir=" + dataDir());
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("verify: whole", "equals the journal's");
        final HeraldProcess stat = runIn("-Xmx64m", "stat", "--data-dir=" + dataDir());
        assertThat(stat.out()).contains(RECORDERS * EVENTS_EACH + "  events journaled");
    }

    /** 1 would mean that the log is damaged. */
    @Test
    void shouldSayThatMemoryIsShortAndNotThatTheLogIsDamaged() throws Exception {
        recordDistinctEvents(1, 100_000, "4MiB");
        for (final String command : List.of("verify", "proxy")) {
            final HeraldProcess starved = runIn("-Xmx10m", command, "--data-dir=" + dataDir());
            assertThat(starved.exitCode()).as(command + starved.out() + starved.err()).isEqualTo(ExitCode.INTERNAL);
            assertThat(starved.err()).contains("not enough memory", "HERALD_JAVA_OPTS=-Xmx");
            assertThat(starved.out()).doesNotContain("damage");
        }
        assertThat(runIn("-Xmx64m", "verify", "--data-dir=" + dataDir()).exitCode()).isZero();
    }

    /** Its index of keys alone takes 20 MiB once it is full. */
    @Test
    void shouldEndAsAWholeWhereAThreadOfTheProxyHasNoMemory() throws Exception {
        try (HeraldProcess proxy = HeraldProcess.startWith(List.of("-Xmx20m"), dir, "proxy",
            "--data-dir=" + dataDir(), "--dedup-interval=1h")) {
            proxy.awaitOut("ready");
            try (HeraldProcess crowd = crowd(1)) {
                send(crowd, "record 400000");
                await().atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS).until(() -> !proxy.isAlive());
            }
            assertThat(proxy.exitCode()).as(proxy.err()).isEqualTo(ExitCode.INTERNAL);
            assertThat(proxy.err()).contains("not enough memory", "HERALD_JAVA_OPTS=-Xmx");
        }
        assertThat(runIn("-Xmx64m", "verify", "--data-dir=" + dataDir()).exitCode()).isZero();
    }

    @Test
    void shouldRefuseSettingsThatDoNotFit() throws Exception {
        final Path config = dir.resolve("large.yaml");
        for (final String[] setting : new String[][] {
            {"dedup:\n  keys: 2000000000", "dedup.keys is 2000000000: it must be from 1 to ", "a heap of "},
            {"dedup:\n  index-keys: 16000000", "dedup.index-keys is 16000000: it must be from 1 to ", "a heap of "},
            {"batch:\n  length: 64MiB\ndispatch:\n  segment: 512MiB\n  retention: 1GiB",
                "batch.length is 64MiB: it must be from 1B to ", "a heap of "}}) {
            Files.writeString(config, setting[0] + '\n');
            final HeraldProcess refused =
                runIn("-Xmx256m", "proxy", "--data-dir=" + dataDir(), "--config=" + config);
            assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains(setting[1], setting[2], "-Xmx");
        }
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir())) {
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
    }
}
