package herald.tools;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Nothing of the user's is deleted, whatever a directory's name is. Each command runs in a directory with files in it,
 * and in a mount namespace in which everything but the scratch directory is read-only: a defect destroys nothing else.
 */
@Tag("slow")
@Timeout(300)
class NothingDeletedTest {
    private static final int NOT_PROTECTED = 99;
    private static final String PROTECT = """
        set -eu
        scratch=$1
        shift
        mount --make-rprivate /
        mount --bind "$scratch" "$scratch"
        while read -r _ point _; do
            [ "$point" = "$scratch" ] || mount -o remount,bind,ro "$(printf '%b' "$point")" 2>/dev/null || true
        done < /proc/self/mounts
        for place in / /root /home /tmp /var/tmp /dev/shm "$HERALD_MODULE"; do
            ! touch "$place/herald-probe" 2>/dev/null || exit 99
        done
        cd "$scratch/work"
        exec "$@"
        """;

    @TempDir
    private Path dir;
    private Path work;

    @BeforeEach
    void setUp() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root for a mount namespace");
        dir = dir.toRealPath();
        work = dir.resolve("work");
        Files.createDirectories(work.resolve("deep/er"));
        Files.writeString(work.resolve("precious"), "precious");
        Files.writeString(work.resolve("deep/er/precious"), "precious");
        Files.createDirectories(dir.resolve("outside"));
        Files.writeString(dir.resolve("outside/1.logbuffer"), "precious");
        Files.createSymbolicLink(work.resolve("deep/link"), dir.resolve("outside"));
        Files.writeString(dir.resolve("protect.sh"), PROTECT);
        assumeTrue(new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0, "needs unshare -m");
    }

    private String refused(final String[] environment, final String... args) throws Exception {
        final List<Path> before = tree();
        final Path output = Files.createTempFile(dir, "output-", ".txt");
        final List<String> command = new ArrayList<>(List.of(
            "unshare", "-m", "sh", dir.resolve("protect.sh").toString(), dir.toString()));
        command.addAll(HeraldProcess.command(args));
        final ProcessBuilder builder = new ProcessBuilder(command)
            .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove("HERALD_DATA_DIR");
        builder.environment().put("HERALD_MODULE", Path.of("").toAbsolutePath().toString());
        for (final String variable : environment) {
            builder.environment().put(variable.substring(0, variable.indexOf('=')),
                variable.substring(variable.indexOf('=') + 1));
        }
        final Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
            assumeTrue(process.exitValue() != NOT_PROTECTED, "everything else can't be made read-only here");
            assertThat(tree()).isEqualTo(before);
            assertThat(process.exitValue()).as(Files.readString(output)).isIn(ExitCode.USAGE, ExitCode.IO);
            return Files.readString(output);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String refused(final String... args) throws Exception {
        return refused(new String[0], args);
    }

    private List<Path> tree() throws IOException {
        try (Stream<Path> inside = Files.walk(work); Stream<Path> outside = Files.walk(
            dir.resolve("outside"))) {
            return Stream.concat(inside, outside).sorted().collect(Collectors.toList());
        }
    }

    private String data() {
        return "--data-dir=" + dir.resolve("data");
    }

    @Test
    void shouldRefuseAnEmptyDirectoryOfTheDriverOnTheCommandLine() throws Exception {
        assertThat(refused("proxy", data(), "--aeron-dir", "")).contains("--aeron-dir is empty");
        assertThat(refused("driver", "--aeron-dir", "")).contains("--aeron-dir is empty");
        assertThat(refused("driver", "--aeron-dir= ")).contains("--aeron-dir is empty");
    }

    @Test
    void shouldRefuseAnEmptyNameInTheConfiguration() throws Exception {
        final Path config = dir.resolve("herald.yaml");
        for (final String text : List.of("aeron-dir: \"\"", "data-dir: ''", "remote:\n  key-file: \"\"",
            "node: \"\"", "writers:\n  - spec: \"\"", "writers:\n  - spec: venice\n    options:\n      keyFile: ''")) {
            Files.writeString(config, text + '\n');
            final String setting = text.replaceAll("(?s).*\\n", "").replaceAll("[ -]*([a-zA-Z-]+):.*", "$1").trim();
            assertThat(refused("proxy", data(), "--config=" + config)).contains("herald.yaml", setting + " is empty");
        }
    }

    @Test
    void shouldRefuseEmptyNamesOfDataSpoolAndKey() throws Exception {
        assertThat(refused(new String[] {"HERALD_DATA_DIR="}, "proxy")).contains("HERALD_DATA_DIR is empty");
        assertThat(refused(new String[] {"HERALD_DATA_DIR="}, "record", "--component=c",
            "--type=cluster.ElectionStarted", "text")).contains("HERALD_DATA_DIR is empty");
        assertThat(refused("proxy", "--data-dir", "")).contains("--data-dir is empty");
        assertThat(refused("record", "--spool-dir=", "--component=c", "--type=cluster.ElectionStarted", "text"))
            .contains("--spool-dir is empty");
        assertThat(refused("verify", "--repair", "--data-dir=")).contains("--data-dir is empty");
        assertThat(refused("torture", "--rounds=1", "--work-dir=")).contains("--work-dir is empty");
    }

    @Test
    void shouldRefuseADirectoryThatIsNoDrivers() throws Exception {
        assertThat(refused("driver", "--aeron-dir=.")).contains("no directory of a media driver", "--aeron-dir");
        assertThat(refused("proxy", data(), "--aeron-dir=" + work)).contains("no directory of a media driver");
        Files.createSymbolicLink(work.resolve("cnc.dat"), dir.resolve("outside/1.logbuffer"));
        assertThat(refused("driver", "--aeron-dir=.")).contains("cnc.dat", "no media driver made", "--aeron-dir");
    }

    @Test
    void shouldRefuseADirectoryWithAFileThatHasTheNameOfADrivers() throws Exception {
        Files.createDirectory(work.resolve("publications"));
        Files.writeString(work.resolve("publications/5.logbuffer"), "precious");
        Files.writeString(work.resolve("cnc.dat"), "G0 X0\n");
        assertThat(refused("driver", "--aeron-dir=.")).contains("not what a media driver leaves", "--aeron-dir");
        assertThat(refused("proxy", data(), "--aeron-dir=" + work)).contains(work + "/cnc.dat", "--aeron-dir");
    }

    @Test
    void shouldKeepWhatIsNotTheDriversBesideWhatADeadOneLeft() throws Exception {
        final Path dead = dir.resolve("dead");
        MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(dead.toString()).threadingMode(ThreadingMode.INVOKER)).close();
        Files.move(dead.resolve("cnc.dat"), work.resolve("cnc.dat"));
        Files.createSymbolicLink(work.resolve("publications"), dir.resolve("outside"));
        Files.createDirectory(work.resolve("images"));
        Files.writeString(work.resolve("images/2.logbuffer"), "of the dead driver");
        Files.writeString(work.resolve("images/precious"), "precious");
        try (HeraldProcess driver = HeraldProcess.start(dir, "driver", "--aeron-dir=" + work)) {
            driver.awaitOut("ready");
            assertThat(driver.terminate()).as(driver.err()).isZero();
        }
        assertThat(work.resolve("cnc.dat")).doesNotExist();
        assertThat(work.resolve("images/2.logbuffer")).doesNotExist();
        assertThat(work.resolve("images/precious")).exists();
        assertThat(work.resolve("precious")).exists();
        assertThat(work.resolve("deep/er/precious")).exists();
        assertThat(dir.resolve("outside/1.logbuffer")).exists();
    }
}
