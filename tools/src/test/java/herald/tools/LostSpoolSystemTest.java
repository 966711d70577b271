package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Commands whose spool is taken away while they record: they say where their events are, or that they are nowhere.
 */
@Tag("slow")
@Timeout(180)
class LostSpoolSystemTest {
    @TempDir
    private Path dir;

    private Path dataDir() {
        return dir.resolve("data");
    }

    private static byte[] line(final String message) {
        return ("{\"type\":\"cluster.ElectionStarted\",\"message\":\"" + message + "\"}\n")
            .getBytes(StandardCharsets.UTF_8);
    }

    private HeraldProcess record(final String text) throws IOException {
        final HeraldProcess recorder = HeraldProcess.startWith(
            Redirect.PIPE, dir, "record", "--stdin", "--component=cmd", "--timeout=1s", "--data-dir=" + dataDir());
        recorder.stdin().write(line(text));
        recorder.stdin().flush();
        await().until(() -> Files.exists(spool()) &&
            new String(Files.readAllBytes(spool()), StandardCharsets.ISO_8859_1).contains(text));
        return recorder;
    }

    private Path spool() {
        return dataDir().resolve("spool/cmd.spool");
    }

    private List<Path> setAside() throws IOException {
        try (Stream<Path> files = Files.list(dataDir().resolve("spool"))) {
            return files.filter(file -> file.toString().endsWith(".old.spool")).toList();
        }
    }

    @Test
    void shouldNameTheFileThatHoldsTheEventsAndHaveThemDelivered() throws Exception {
        try (HeraldProcess recorder = record("first event")) {
            Files.move(spool(), dir.resolve("backup"));
            await().until(() -> !setAside().isEmpty());
            recorder.stdin().write(line("refused event"));
            recorder.stdin().close();

            assertThat(recorder.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(recorder.err()).contains("kept in " + setAside().get(0), "the proxy will deliver it",
                "lines 2 to 2: good ones not accepted: the spool was moved, deleted or written over",
                "recorded=1 acknowledged=0 rejected=1 spooled=1").doesNotContain("\tat ");
        }
        final Path output = dir.resolve("events.ndjson");
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir(), "--writer=file:" + output)) {
            await().until(() -> Files.exists(output) && Files.readString(output).contains("first event"));
            await().until(() -> setAside().isEmpty());
            assertThat(proxy.terminate()).isZero();
        }
        assertThat(Files.readString(output)).doesNotContain("refused event");
    }

    @Test
    void shouldNotSayKeptOfWhatIsNot() throws Exception {
        try (HeraldProcess recorder = record("lost event")) {
            Files.write(spool(), new byte[0]);
            recorder.stdin().close();

            assertThat(recorder.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(recorder.err()).contains("not kept: the spool " + spool() + " was moved, deleted or written")
                .doesNotContain("herald: kept in");
        }
    }

    @Test
    void shouldEndTheAgentSoThatItIsStartedAgain() throws Exception {
        try (HeraldProcess agent = HeraldProcess.start(dir, "agent", "--component=cmd", "--data-dir=" + dataDir())) {
            await().until(() -> Files.exists(spool()));
            Files.delete(spool());

            assertThat(agent.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(agent.err()).contains("the spool was moved, deleted, replaced or written over under the agent",
                "start it again").doesNotContain("\tat ");
        }
    }
}
