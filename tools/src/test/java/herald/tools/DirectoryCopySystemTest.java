package herald.tools;

import herald.link.HeraldDirectory;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Copies of a data directory, and a backup that is put back under a recorder that lives, as {@code cp -a} makes them.
 */
@Tag("slow")
@Timeout(300)
class DirectoryCopySystemTest {
    private static final int BEFORE = 100;
    private static final int AFTER = 500;

    @TempDir
    private Path dir;

    @AfterEach
    void tearDown() {
        for (final Path directory : new Path[] {data(), copy()}) {
            if (Files.exists(directory)) {
                IoUtil.delete(HeraldDirectory.aeronDir(directory).toFile(), true);
            }
        }
    }

    private Path data() {
        return dir.resolve("data");
    }

    private Path copy() {
        return dir.resolve("copy");
    }

    private static void shell(final String... command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(
            Redirect.DISCARD).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0).as("%s", (Object)command)
            .isTrue();
    }

    private HeraldProcess proxy(final Path dataDir, final String... more) throws IOException {
        return HeraldProcess.proxy(dir, dataDir, more);
    }

    private HeraldProcess recordStdin() throws IOException {
        return HeraldProcess.startWith(Redirect.PIPE, dir, "record", "--component=cmd", "--stdin",
            "--data-dir=" + data(), "--timeout=60s");
    }

    private static void feed(final HeraldProcess record, final int from, final int to) throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = from; i <= to; i++) {
            lines.append("{\"type\":\"cluster.LeaderLost\",\"message\":\"event ").append(i).append("\"}\n");
        }
        record.stdin().write(lines.toString().getBytes(StandardCharsets.UTF_8));
        record.stdin().flush();
    }

    private String stat() {
        return Cli.run("stat", "--data-dir=" + data()).out();
    }

    private void awaitJournaled(final int events) {
        await().atMost(60, TimeUnit.SECONDS).until(
            () -> stat().lines().anyMatch(line -> line.trim().matches(events + " +events journaled")));
    }

    @Test
    void shouldStartInACopyOnlyWhereItIsAdopted() throws Exception {
        try (HeraldProcess proxy = proxy(data())) {
            shell("cp", "-a", data().toString(), copy().toString());
            final HeraldProcess refused = HeraldProcess.run(dir, "proxy", "--data-dir=" + copy());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(refused.err()).contains(copy().toString(), "copy of directory", "--adopt-copy");

            try (HeraldProcess adopted = proxy(copy(), "--adopt-copy")) {
                assertThat(adopted.terminate()).as(adopted.err()).isZero();
            }
            try (HeraldProcess again = proxy(copy())) {
                assertThat(again.terminate()).as(again.err()).isZero();
                assertThat(again.err()).doesNotContain("WARN", "ERROR");
            }
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
    }

    @Test
    void shouldSayWhatIsGoneWhereABackupIsPutBackUnderARecorder() throws Exception {
        try (HeraldProcess record = recordStdin()) {
            try (HeraldProcess proxy = proxy(data())) {
                feed(record, 1, BEFORE);
                awaitJournaled(BEFORE);
                shell("cp", "-a", data().toString(), copy().toString());
                feed(record, BEFORE + 1, BEFORE + AFTER);
                awaitJournaled(BEFORE + AFTER);
                assertThat(proxy.terminate()).as(proxy.err()).isZero();
            }
            for (final String part : new String[] {"journal", "dispatch", "bookmarks", "identity", "counters.dat"}) {
                shell("rm", "-r", data().resolve(part).toString());
                shell("cp", "-a", copy().resolve(part).toString(), data().resolve(part).toString());
            }
            try (HeraldProcess proxy = proxy(data(), "--adopt-copy")) {
                feed(record, BEFORE + AFTER + 1, BEFORE + AFTER + 1);
                record.stdin().close();
                assertThat(record.exitCode()).as(record.err()).isZero();
                assertThat(proxy.terminate()).as(proxy.err()).isZero();
                assertThat(proxy.err()).contains("events 101 to 600", "put back to an older state");
            }
            assertThat(stat()).contains(AFTER + "  events acknowledged before and gone");
            final Cli verify = Cli.run("verify", "--data-dir=" + data());
            assertThat(verify.exitCode()).isEqualTo(1);
            assertThat(verify.out()).contains("events 101 to 600 of recorder", "were acknowledged before and are gone");
        }
    }
}
