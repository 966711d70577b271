package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A few rounds of torture find no difference, run the same plan for the same seed, and leave nothing behind.
 */
@Timeout(240)
class TortureCommandTest {
    @TempDir
    private Path dir;

    @Tag("slow")
    @Test
    void shouldFindNoDifferenceInAFewRounds() throws IOException {
        final Cli call = Cli.run("torture", "--rounds", "3", "--seed", "2026", "--work-dir", dir.toString());

        assertThat(call.exitCode()).as(call.out() + call.err()).isZero();
        assertThat(call.out().lines().filter(line -> line.startsWith("round "))).hasSize(3)
            .allMatch(line -> line.contains(" ok ") && line.contains("seed=") && line.contains("faults: "));
        assertThat(call.out()).contains("round 1 seed=2026 ", "rounds=3 ", "differences=0 ", "proxy-kill:");
        assertThat(list(dir)).isEmpty();
    }

    @Tag("slow")
    @Test
    void shouldLeaveNothingBehindWhereItIsStopped() throws Exception {
        final Path work = Files.createDirectory(dir.resolve("work"));
        try (HeraldProcess torture = HeraldProcess.start(
            dir, "torture", "--rounds", "100", "--seed", "7", "--work-dir", work.toString())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> torture.descendants().size() > 1);
            final List<ProcessHandle> children = torture.descendants();

            assertThat(torture.terminate()).as(torture.err()).isNotZero();
            await().atMost(Duration.ofSeconds(60)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        }
        assertThat(list(work)).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWithCall() {
        final Cli none = Cli.run("torture", "--rounds", "0");
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("--rounds is 0: it must be 1 or more");

        final Cli text = Cli.run("torture", "--seed", "abc");
        assertThat(text.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(text.err()).contains("--seed", "abc");

        final Cli kind = Cli.run("torture", "--without", "stranger,rain");
        assertThat(kind.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(kind.err()).contains("--without: \"rain\" is no kind of fault", "directory-rollback", "stranger");
    }

    private static List<Path> list(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
