package herald.tools;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Commands whose standard streams are closed, full, broken or not waited for, in processes of their own.
 */
@Tag("slow")
@Timeout(120)
class StandardStreamsTest {
    private static final String CLOSED = "cannot write to standard output: Bad file descriptor";
    private static final String FULL = "cannot write to standard output: No space left on device";

    @TempDir
    private static Path dir;
    private static Path dataDir;

    @BeforeAll
    static void recordAnEvent() throws Exception {
        dataDir = dir.resolve("data");
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir)) {
            assertThat(HeraldProcess.run(dir, "record", "--data-dir=" + dataDir, "--component=cmd",
                "--type=cluster.ElectionStarted", "one").exitCode()).isZero();
            assertThat(proxy.terminate()).isZero();
        }
    }

    /** Runs herald from a shell, which redirects as it is told; gives its exit code and what it wrote to stderr. */
    private static Ended run(final String redirections, final String... args) throws Exception {
        final Process process = start(redirections, args);
        final String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), err);
    }

    private static Process start(final String redirections, final String... args) throws IOException {
        final List<String> command =
            new ArrayList<>(List.of("bash", "-c", "exec \"$@\" " + redirections, "bash"));
        command.addAll(HeraldProcess.command(args));
        final ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("HERALD_DATA_DIR");
        return builder.start();
    }

    private record Ended(int exitCode, String err) {
    }

    @ParameterizedTest
    @ValueSource(strings = {"stat", "verify", "tail", "--version", "help", "completion"})
    void shouldSayThatStandardOutputTakesNothing(final String command) throws Exception {
        final String[] args = switch (command) {
            case "stat", "verify", "tail" -> new String[] {command, "--data-dir=" + dataDir};
            default -> new String[] {command};
        };

        assertThat(run(">/dev/full", args)).isEqualTo(new Ended(ExitCode.IO, "herald: " + FULL + "\n"));
        assertThat(run(">&-", args)).isEqualTo(new Ended(ExitCode.IO, "herald: " + CLOSED + "\n"));
    }

    /** The exit code is all that is left to tell it with. */
    @Test
    void shouldExitOtherwiseWhereStandardErrorTakesNothing() throws Exception {
        assertThat(run(">&- 2>/dev/full", "stat", "--data-dir=" + dataDir).exitCode()).isEqualTo(ExitCode.IO);
        assertThat(run("2>/dev/full", "stat", "--data-dir=" + dataDir).exitCode()).isZero();
    }

    @Test
    void shouldSayThatTheReaderIsGone() throws Exception {
        final Process process = start("| true; exit ${PIPESTATUS[0]}", "stat", "--all", "--data-dir=" + dataDir);

        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("herald: cannot write to standard output: Broken pipe\n");
        assertThat(process.waitFor()).isEqualTo(ExitCode.IO);
    }

    /** As tail(1) does: nothing more has to happen before it notices. */
    @Test
    void shouldEndWhereTheReaderOfWhatItFollowsIsGone() throws Exception {
        final Process process = start("| head -1; exit ${PIPESTATUS[0]}",
            "tail", "--follow", "--data-dir=" + dataDir);

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(process.waitFor()).isZero();
        assertThat(process.getErrorStream().readAllBytes()).isEmpty();
    }

    /** A directory that is not there may be a mistake in typing. */
    @Test
    void shouldSayWhatItFollowsThatIsNotThere() throws Exception {
        final Process tail = start("", "tail", "--follow", "--data-dir=" + dir.resolve("typo"));
        try (var err = tail.errorReader(StandardCharsets.UTF_8)) {
            assertThat(err.readLine()).contains("there is no data directory " + dir.resolve("typo"), "--data-dir");
        } finally {
            tail.destroy();
            tail.waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({"<&-, it is closed", "</, Is a directory"})
    void shouldSayThatStandardInputCannotBeRead(final String redirection, final String reason) throws Exception {
        final Ended record = run(redirection, "record", "--stdin", "--component=cmd", "--data-dir=" + dataDir);
        assertThat(record.err()).contains(
            "herald: cannot read standard input after line 0: " + reason, "recorded=0 acknowledged=0");
        assertThat(record.exitCode()).isEqualTo(ExitCode.IO);

        final Ended apply = run(redirection, "policy", "apply", "-f", "-", "--data-dir=" + dataDir);
        assertThat(apply.err()).isEqualTo("herald: cannot read standard input: " + reason + "\n");
        assertThat(apply.exitCode()).isEqualTo(ExitCode.IO);
    }

    /** Whatever opens a file next would get the descriptor of the stream, and what is written to the stream. */
    @Test
    void shouldWriteNothingIntoFilesThatAreOpenedInThePlaceOfAStream() throws Exception {
        final Path own = dir.resolve("streamless");
        final Process proxy = start("<&- >&- 2>&-", "proxy", "--data-dir=" + own, "--node=node-1",
            "--writer=file:" + dir.resolve("streamless.ndjson"), "--writer=stdout");
        try {
            await().until(() -> Files.exists(own.resolve("admin.json")));
            assertThat(HeraldProcess.run(dir, "record", "--data-dir=" + own, "--component=cmd",
                "--type=cluster.ElectionStarted", "one").exitCode()).isZero();
            await().until(() -> Files.exists(dir.resolve("streamless.ndjson")) &&
                Files.readString(dir.resolve("streamless.ndjson")).contains("\"one\""));
            for (int descriptor = 0; descriptor <= 2; descriptor++) {
                assertThat(Files.readSymbolicLink(
                    Path.of("/proc", Long.toString(proxy.pid()), "fd", Integer.toString(descriptor))).toString())
                    .matches("/dev/null|.*/lib/modules|.*\\.jar");
            }
        } finally {
            proxy.destroy();
            proxy.waitFor();
        }
        assertThat(HeraldProcess.run(dir, "verify", "--data-dir=" + own).exitCode()).isZero();
    }

    @Test
    void shouldPutNothingButEventsOnStandardOutputWhereItIsJson() throws Exception {
        final Path own = dir.resolve("json");
        final Path config = Files.writeString(dir.resolve("json.yaml"),
            "batch:\n  interval: 50ms\nwriters:\n  - spec: stdout\n    options:\n      format: json\n");
        final Path out = dir.resolve("json.out");
        final Path err = dir.resolve("json.err");
        final Process proxy =
            start(">" + out + " 2>" + err, "proxy", "--config=" + config, "--data-dir=" + own, "--node=node-1");
        try {
            await().until(() -> Files.exists(own.resolve("admin.json")));
            assertThat(HeraldProcess.run(dir, "record", "--data-dir=" + own, "--component=cmd",
                "--type=cluster.ElectionStarted", "one").exitCode()).isZero();
            await().until(() -> Files.readString(out).contains("\"one\""));
        } finally {
            proxy.destroy();
            assertThat(proxy.waitFor()).isZero();
        }
        assertThat(Files.readAllLines(out)).hasSize(1).allMatch(line -> line.startsWith("{\"kind\":\"Event\""));
        assertThat(err).content().contains("herald proxy ready: node=node-1");
    }

    @Test
    void shouldReadAllOfAnInputThatDoesNotBlock() throws Exception {
        final List<String> command = new ArrayList<>(List.of("perl", "-MFcntl", "-e",
            "fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_NONBLOCK) or die; exec @ARGV"));
        command.addAll(Arrays.asList(HeraldProcess.command("record", "--stdin", "--component=cmd", "--timeout=0s",
            "--data-dir=" + dir.resolve("nobody")).toArray(new String[0])));
        final Process record = new ProcessBuilder(command).start();
        try (var stdin = record.outputWriter(StandardCharsets.UTF_8)) {
            await().until(() -> Files.readString(Path.of("/proc", Long.toString(record.pid()), "task",
                Long.toString(record.pid()), "comm")).startsWith("java"));
            for (int i = 0; i < 3; i++) {
                stdin.write("{\"type\":\"cluster.ElectionStarted\",\"message\":\"" + i + "\"}\n");
                stdin.flush();
            }
        }
        assertThat(new String(record.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains("recorded=3 acknowledged=0 rejected=0 spooled=3");
        assertThat(record.waitFor()).isEqualTo(ExitCode.SPOOLED);
    }
}
