package herald.tools;

import herald.link.HeraldDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code herald demo} in a process of its own, as a newcomer runs it.
 */
@Tag("slow")
@Timeout(120)
class DemoCommandTest {
    private static final Pattern SUMMARY =
        Pattern.compile("recorded=(\\d+) journaled=(\\d+) deduplicated=(\\d+) delivered=(\\d+)");
    private static final Pattern FIRST_LINE = Pattern.compile("herald demo: data in (/\\S+), removed at the end");

    @TempDir
    private Path dir;

    @Test
    void shouldShowEventsOfThisHostAndSumThemUp() throws Exception {
        final HeraldProcess demo = HeraldProcess.run(dir, "demo", "--duration=1s");

        assertThat(demo.exitCode()).as(demo.err()).isZero();
        assertThat(demo.err()).doesNotContain("ERROR", "\tat ");
        final List<String> lines = demo.out().lines().toList();
        assertThat(lines).anyMatch(line -> line.matches(".* (network\\.Link(Up|Down)|system\\.ServiceStarted) .*"));
        assertThat(lines).anyMatch(line -> line.contains("×100") && line.contains("system.SystemResourceUsage"));
        assertSummary(lines.get(lines.size() - 1));
        assertNothingLeft(lines.get(0));
    }

    @Test
    void shouldSumUpAndCleanUpWhereItIsStopped() throws Exception {
        try (HeraldProcess demo = HeraldProcess.start(dir, "demo", "--duration=1h")) {
            demo.awaitOut("system.ServiceStarted");

            assertThat(demo.terminate()).as(demo.err()).isZero();
            final List<String> lines = demo.out().lines().toList();
            assertSummary(lines.get(lines.size() - 1));
            assertNothingLeft(lines.get(0));
        }
    }

    @Test
    void shouldSayWhatIsWrongWithCall() {
        final Cli call = Cli.run("demo", "--duration=30");

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("\"30\" is no duration", "Try 'herald demo --help'");
    }

    private static void assertSummary(final String line) {
        final Matcher summary = SUMMARY.matcher(line);
        assertThat(summary.matches()).as(line).isTrue();
        assertThat(summary.group(1)).isEqualTo(summary.group(2));
        assertThat(Long.parseLong(summary.group(3))).isPositive();
        assertThat(Long.parseLong(summary.group(4))).isPositive();
    }

    private static void assertNothingLeft(final String line) {
        final Matcher first = FIRST_LINE.matcher(line);
        assertThat(first.matches()).as(line).isTrue();
        final Path data = Path.of(first.group(1));
        assertThat(data).doesNotExist();
        assertThat(HeraldDirectory.aeronDir(data)).doesNotExist();
    }
}
