package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What signals ask of the commands, in processes of their own.
 */
@Timeout(120)
class SignalsTest {
    private static final int HANGUP = 1;

    @TempDir
    private Path dir;

    @Test
    void shouldOpenFilesAnewAtHangupAndGoOn() throws Exception {
        HeraldProcess.assumeHeeded(HANGUP);
        final Path file = dir.resolve("events.ndjson");
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dir.resolve("data"), "--batch-interval=50ms",
            "--writer=file:" + file)) {
            record("one");
            await().until(() -> Files.exists(file) && Files.readString(file).contains("one"));
            proxy.signal("HUP");
            await().until(() -> proxy.err().contains("has opened its files anew"));
            record("two");
            await().until(() -> Files.readString(file).contains("two"));

            assertThat(proxy.isAlive()).isTrue();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertThat(Files.readAllLines(file)).hasSize(2);
    }

    private void record(final String message) throws Exception {
        final HeraldProcess record = HeraldProcess.run(dir, "record", "--data-dir=" + dir.resolve("data"),
            "--component=cmd", "--type=cluster.ElectionStarted", message);
        assertThat(record.exitCode()).as(record.err()).isZero();
    }

    /** Nobody asked it to end: a terminal was closed. */
    @Test
    void shouldNotEndWithZeroWhereItsTerminalHangsUp() throws Exception {
        HeraldProcess.assumeHeeded(HANGUP);
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dir.resolve("data"));
            HeraldProcess record = HeraldProcess.startWith(Redirect.PIPE, dir, "record", "--stdin",
                "--component=cmd", "--data-dir=" + dir.resolve("data"))) {
            record.stdin().write("{\"type\":\"cluster.ElectionStarted\",\"message\":\"one\"}\n"
                .getBytes(StandardCharsets.UTF_8));
            record.stdin().flush();
            await().until(() -> HeraldProcess.run(dir, "tail", "--stream=journal",
                "--data-dir=" + dir.resolve("data")).out().contains("one"));
            record.signal("HUP");

            assertThat(record.exitCode()).as(record.err()).isEqualTo(129);
            assertThat(record.err()).contains("recorded=1 acknowledged=1");
            assertThat(proxy.terminate()).isZero();
        }
    }

    /** An input that does not end: what was read of it is recorded, and told. */
    @ParameterizedTest
    @CsvSource({"TERM, 15", "INT, 2", "HUP, 1"})
    void shouldTellTheCountsOfAnInputThatASignalEnds(final String signal, final int number) throws Exception {
        HeraldProcess.assumeHeeded(number);
        final Path dataDir = dir.resolve("nobody");
        try (HeraldProcess record = HeraldProcess.startWith(Redirect.PIPE, dir, "record", "--stdin",
            "--component=cmd", "--data-dir=" + dataDir, "--timeout=100ms")) {
            final OutputStream stdin = record.stdin();
            for (int i = 0; i < 3; i++) {
                stdin.write(("{\"type\":\"cluster.ElectionStarted\",\"message\":\"line " + i + "\"}\n")
                    .getBytes(StandardCharsets.UTF_8));
            }
            stdin.flush();
            final Path spool = dataDir.resolve("spool/cmd.spool");
            await().until(() -> Files.exists(spool) &&
                new String(Files.readAllBytes(spool), StandardCharsets.ISO_8859_1).contains("line 2"));
            record.signal(signal);

            assertThat(record.exitCode()).as(record.err()).isEqualTo(ExitCode.SPOOLED);
            assertThat(record.err()).contains("recorded=3 acknowledged=0 rejected=0 spooled=3");
        }
    }

    @Test
    void shouldSayWhatAnAgentLeavesInItsSpool() throws Exception {
        HeraldProcess.assumeHeeded(HANGUP);
        final Path spool = dir.resolve("nobody/spool/agent.spool");
        try (HeraldProcess agent = HeraldProcess.start(dir, "agent", "--data-dir=" + dir.resolve("nobody"))) {
            await().until(() -> Files.exists(spool) &&
                new String(Files.readAllBytes(spool), StandardCharsets.ISO_8859_1).contains("agent watches"));
            agent.signal("HUP");
            await().until(() -> agent.err().contains("nothing to open anew"));

            assertThat(agent.terminate()).isEqualTo(ExitCode.SPOOLED);
            assertThat(agent.err()).contains("agent.spool");
        }
    }
}
