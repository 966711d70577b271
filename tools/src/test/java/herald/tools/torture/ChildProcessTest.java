package herald.tools.torture;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which ends of a process that was asked to end are in order.
 */
@Timeout(120)
class ChildProcessTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource({
        "exit 0, true",
        "kill -TERM $$, true",
        "kill -KILL $$, true",
        "echo Error occurred during initialization of VM; exit 1, true",
        "echo Exception in thread main >&2; exit 1, false",
        "exit 70, false"})
    void shouldTellAnEndInOrderFromOthers(final String script, final boolean inOrder) throws Exception {
        final ChildProcess child = ChildProcess.start("child", List.of("bash", "-c", script), dir);

        assertThat(child.awaitEnd(60_000)).isTrue();
        assertThat(child.hasEndedInOrder()).isEqualTo(inOrder);
    }
}
