package herald.tools;

import herald.io.FileMutex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code herald proxy} says where it can't start.
 */
@Timeout(120)
class ProxyCommandTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--mode=managed --writer=venice:tcp://h | is neither udp://HOST:PORT nor ipc",
        "--mode=other | '--mode'",
        "--writer=kafka:topic | there is no writer \"kafka\": choose one of [file, stdout, syslog, venice]",
        "--writer=: | there is no writer \"\"",
        "--writer=file: | the path is missing",
        "--writer=file:/ | / is a directory",
        "--writer=syslog:http://host:514 | is not udp://HOST:PORT",
        "--writer=syslog:udp://host:70000 | 70000",
        "--writer=stdout --writer=stdout | names that differ",
        "--dedup-interval=10 | \"10\" is no duration: write a number and a unit",
        "--dedup-interval=0s | dedup.interval is 0s: it must be above 0",
        "--batch-interval=-1s | \"-1s\" is no duration",
        "--durability=maybe | '--durability'",
        "--threading=invoker | choose shared or dedicated",
        "--node= | node is",
        "--admin=192.0.2.1:0 | it must be on loopback",
        "--admin=nowhere.invalid:0 | of a host that is not known",
        "--group=no-such-group | which this host does not know",
        "--config=missing.yaml | there is no file missing.yaml",
        "more | 'more'",
        "--dat-dir=x | --dat-dir"})
    void shouldSayWhatIsWrongWithCall(final String args, final String reason) {
        final List<String> all = new ArrayList<>(List.of("proxy", "--data-dir=" + dir.resolve("data")));
        all.addAll(Arrays.asList(args.split(" ")));

        final Cli call = Cli.run(all.toArray(new String[0]));

        assertThat(call.err()).contains(reason, "Try 'herald proxy --help'").doesNotContain("\tat ");
        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.out()).isEmpty();
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--writer=file:DATA/journal/events.ndjson | writer file- | name a path outside the data directory",
        "--writer=file:DATA/lock | DATA/lock, which is Herald's own | name a path outside the data directory",
        "--writer=file:DATA/bookmarks/../format | DATA/format | name a path outside the data directory",
        "--aeron-dir=DATA | aeron-dir is DATA, | outside the data directory",
        "--aeron-dir=DATA/spool/driver | aeron-dir is DATA/spool/driver, | outside the data directory"})
    void shouldRefuseAPathToItsOwnFiles(final String arg, final String what, final String remedy) {
        final String data = dir.resolve("data").toString();

        final Cli call = Cli.run("proxy", "--data-dir=" + data, arg.replace("DATA", data));

        assertThat(call.err()).contains(what.replace("DATA", data), remedy)
            .doesNotContain("\tat ");
        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void shouldRefuseDirectoryInUse() throws IOException {
        try (FileMutex lock = FileMutex.tryAcquire(dir.resolve("lock"))) {
            assertThat(lock).isNotNull();

            assertRefused(ExitCode.IO, dir, "data directory " + dir + " is in use by another proxy", "--data-dir");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "999999999"})
    void shouldRefuseNewerFormat(final String version) throws IOException {
        Files.writeString(dir.resolve("format"), version + "\n");

        assertRefused(ExitCode.IO, dir, "has format " + version, "reads up to 1", "--data-dir");

        assertThat(dir.resolve("journal")).doesNotExist();
        assertThat(dir.resolve("format")).hasContent(version);
    }

    @Test
    void shouldRefuseFormatThatIsNone() throws IOException {
        Files.writeString(dir.resolve("format"), "x");

        assertRefused(ExitCode.IO, dir, "\"x\", not a format version");
    }

    @Test
    void shouldRefuseDirectoryThatIsNone() throws IOException {
        final Path file = Files.createFile(dir.resolve("file"));

        assertRefused(ExitCode.IO, file, "cannot use data directory " + file, "--data-dir");
    }

    @Test
    void shouldRefuseTheDirectoryOfAnotherProgram() throws IOException {
        final Path file = Files.writeString(dir.resolve("admin.json"), "{\"my\":\"app\"}");

        assertRefused(ExitCode.IO, dir, file.toString(), "choose another directory with --data-dir");

        assertThat(dir.toFile().list()).containsExactly("admin.json");
        assertThat(file).hasContent("{\"my\":\"app\"}");
    }

    @Test
    void shouldRefuseLogOfAnotherKind() throws IOException {
        Files.createDirectories(dir.resolve("journal"));
        Files.writeString(dir.resolve("journal/00000000000000000000.log"), "x".repeat(65536));

        assertRefused(ExitCode.IO, dir, "00000000000000000000.log");
    }

    private static void assertRefused(final int exitCode, final Path dataDir, final String... reasons) {
        final Cli call = Cli.run("proxy", "--data-dir=" + dataDir);

        assertThat(call.err().lines()).singleElement().asString().contains(reasons);
        assertThat(call.exitCode()).isEqualTo(exitCode);
        assertThat(call.out()).isEmpty();
    }
}
