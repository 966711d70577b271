package herald.tools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The launcher script.
 */
@Tag("slow")
@Timeout(120)
class LauncherTest {
    @TempDir
    private Path dir;
    private List<Path> links = List.of();

    @AfterEach
    void tearDown() throws IOException {
        for (final Path link : links) {
            Files.delete(link);
        }
    }

    @Test
    void shouldBeSoundBash() throws Exception {
        assertThat(run("bash", "-n", RepositoryRoot.find().resolve("herald").toString())).isEqualTo("exit 0\n");
    }

    /** In a home without sources, where there is nothing to build: Maven must not run inside a build. */
    @Test
    void shouldRunThroughSymbolicLinksFromAnywhere() throws Exception {
        final Path root = RepositoryRoot.find();
        final Path target = root.resolve("tools/target");
        assumeTrue(Files.exists(target.resolve("herald.jar")) && Files.isDirectory(target.resolve("lib")),
            "is not packaged");
        final Path home = dir.resolve("home with blank");
        Files.createDirectories(home.resolve("tools/target"));
        Files.copy(root.resolve("herald"), home.resolve("herald"));
        Files.createSymbolicLink(home.resolve("tools/target/herald.jar"), target.resolve("herald.jar"));
        Files.createSymbolicLink(home.resolve("tools/target/lib"), target.resolve("lib"));
        links = List.of(home.resolve("tools/target/herald.jar"), home.resolve("tools/target/lib"));
        final Path bin = Files.createDirectory(dir.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), Path.of("../home with blank/herald"));
        Files.createSymbolicLink(bin.resolve("herald"), Path.of("first"));

        assertThat(run("bash", bin.resolve("herald").toString(), "--version"))
            .startsWith("herald ").contains("Java ").endsWith("exit 0\n");
        assertThat(run("bash", bin.resolve("herald").toString(), "record", "--type", "two words"))
            .contains("two words").endsWith("exit 64\n");
    }

    /** In a home with nothing in it but the script, which asks for a Java first. */
    private Path script() throws IOException {
        return Files.copy(RepositoryRoot.find().resolve("herald"), dir.resolve("herald"));
    }

    private Path java(final String text) throws IOException {
        final Path bin = Files.createDirectories(dir.resolve("jdk/bin"));
        final Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return java;
    }

    @Test
    void shouldSayWhatJavaSaysThatDoesNotRun() throws Exception {
        final Path java = java("echo 'Could not reserve enough space for object heap' >&2; exit 3");
        assertThat(run("env", "-u", "JAVA_HOME", "PATH=" + java.getParent() + ":" + System.getenv("PATH"),
            "bash", script().toString(), "--version"))
            .contains(java + " does not run, it ended with exit code 3: Could not reserve enough space", "ulimit -v")
            .doesNotContain("needs Java").endsWith("exit 69\n");
    }

    @Test
    void shouldSayThatJavaIsTooOld() throws Exception {
        final Path java = java("echo '    java.specification.version = 1.8' >&2");
        assertThat(run("env", "-u", "JAVA_HOME", "PATH=" + java.getParent() + ":" + System.getenv("PATH"),
            "bash", script().toString(), "--version"))
            .contains("needs Java 17 or later; found: 8 (" + java + ")").endsWith("exit 69\n");
    }

    @Test
    void shouldSayWhatHappenedWhereMemoryIsLimited() throws Exception {
        assertThat(run("bash", "-c", "ulimit -v 400000; exec bash " + script() + " --version"))
            .contains("does not run, it ended with exit code ", "ulimit -v")
            .doesNotContain("needs Java").endsWith("exit 69\n");
    }

    /** The script's own lines, without a Java: what it would hand on. */
    @ParameterizedTest
    @CsvSource({
        "LC_ALL=C, C.UTF-8", "LC_CTYPE=UTF-8, C.UTF-8", "LC_ALL=xx_YY.UTF-8, C.UTF-8", "LC_ALL=C.UTF-8, C.UTF-8",
        "LC_CTYPE=C.UTF-8, ''"})
    void shouldChooseALocaleThatReadsEveryText(final String locale, final String chosen) throws Exception {
        final String script = Files.readString(RepositoryRoot.find().resolve("herald"));
        final int from = script.indexOf("case $(locale");
        final String choice = script.substring(from, script.indexOf("esac", from) + 4);

        assertThat(run("env", "-i", "PATH=" + System.getenv("PATH"), locale, "bash", "-c",
            choice + "; echo \"${LC_ALL:-}\"")).contains(chosen + "\nexit 0");
    }

    private String run(final String... command) throws IOException, InterruptedException {
        final Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
        final Path out = elsewhere.resolve("out");
        final Process process = new ProcessBuilder(command)
            .directory(elsewhere.toFile()).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            final int exitCode = process.waitFor();
            return Files.readString(out) + "exit " + exitCode + '\n';
        } finally {
            process.destroyForcibly();
        }
    }
}
