package herald.tools;

import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Commands that are given what is no data directory, one that they may not read, or one that is not complete: they end
 * with 74, say why, and leave nothing behind.
 */
@Tag("slow")
@Timeout(120)
class NoDataDirectoryTest {
    private static final List<String[]> COMMANDS = List.of(
        new String[] {"verify"}, new String[] {"verify", "--repair"}, new String[] {"stat"}, new String[] {"tail"},
        new String[] {"tail", "--stream=journal"}, new String[] {"bookmark", "forget", "events"});

    @TempDir
    private Path dir;

    @Test
    void shouldRefuseWhatIsNoDataDirectoryAndLeaveNothingThere() throws IOException {
        final Path empty = Files.createDirectory(dir.resolve("empty"));
        final Path other = Files.createDirectory(dir.resolve("other"));
        Files.createDirectory(other.resolve("bin"));
        final Path file = Files.writeString(dir.resolve("file"), "x");
        for (final String[] command : COMMANDS) {
            final String why = command[0].equals("tail") ? "there is no " : "is no data directory of a proxy";
            refused(why, empty, command);
            refused(why, other, command);
            refused(why, Path.of("/usr"), command);
            refused("it is no directory", file, command);
        }
        assertThat(empty).isEmptyDirectory();
        assertThat(other.resolve("lock")).doesNotExist();
        assertThat(Path.of("/usr/lock")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldRefuseWhereALogWasMovedAway(final String log) throws IOException {
        final Path dataDir = run();
        Files.move(dataDir.resolve(log), dir.resolve("moved"));
        for (final String[] command : COMMANDS) {
            refused(dataDir.resolve(log) + " is missing", dataDir, command);
        }
        refused(dataDir.resolve(log) + " is missing", dataDir, "tail", "--follow");
    }

    @Test
    void shouldNotCallEmptiedLogsWhole() throws IOException {
        final Path dataDir = run();
        deleteFilesOf(DataDirectory.journal(dataDir));
        final Cli emptied = Cli.run("verify", "--data-dir=" + dataDir);
        assertThat(emptied.exitCode()).as(emptied.err()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(emptied.out()).contains("damage: journal 0..", "it holds no segment");

        deleteFilesOf(DataDirectory.dispatch(dataDir));
        refused("neither log has a segment", dataDir, "verify");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "journal", "dispatch", "bookmarks", "counters.dat"})
    void shouldSayThatItMayNotReadAPart(final String part) throws IOException, InterruptedException {
        final Path dataDir = run();
        final Path denied = dataDir.resolve(part);
        final var before = Files.getPosixFilePermissions(denied);
        Files.setPosixFilePermissions(denied, PosixFilePermissions.fromString("---------"));
        try {
            final Outcome verify = withoutPrivileges("verify", "--data-dir=" + dataDir);
            assertThat(verify.exitCode).as(verify.text).isEqualTo(ExitCode.IO);
            assertThat(verify.text).contains(denied.toString()).doesNotContain("verify: whole");
            final Outcome stat = withoutPrivileges("stat", "--data-dir=" + dataDir);
            if (!part.equals("journal") && !part.equals("dispatch")) {
                assertThat(stat.exitCode).as(stat.text).isEqualTo(ExitCode.IO);
                assertThat(stat.text).contains(denied.toString());
            }
            if (part.isEmpty()) {
                final Outcome tail = withoutPrivileges("tail", "--data-dir=" + dataDir);
                assertThat(tail.exitCode).as(tail.text).isEqualTo(ExitCode.IO);
                assertThat(tail.text).contains("cannot list " + denied);
            }
        } finally {
            Files.setPosixFilePermissions(denied, before);
        }
    }

    @Test
    void shouldLookIntoSpoolsForProxiesOnOtherHosts() throws IOException {
        final Path dataDir = run();
        final Path remote = HeraldDirectory.remoteSpoolDir(dataDir, Endpoint.parse("proxy", "proxy.example:4810"));
        Files.createDirectories(remote);
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd").eventTypes(ClusterEvents.CATALOG).spoolDir(remote)
            .aeronDirectoryName(dir.resolve("none").toString()).closeLingerNs(0))) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "kept", null)).isPositive();
        }
        final String name = remote.getFileName().toString();
        assertThat(Cli.run("stat", "--data-dir=" + dataDir).out())
            .contains("spool remote-spool/" + name + "/cmd: 1 events pending");
        assertThat(Cli.run("verify", "--data-dir=" + dataDir).out())
            .contains("remote spool cmd: 1 events pending", "verify: whole");

        final Path spool = remote.resolve("cmd.spool");
        final byte[] bytes = Files.readAllBytes(spool);
        bytes[4096 + 40] ^= 4;
        Files.write(spool, bytes);
        final Cli damaged = Cli.run("verify", "--data-dir=" + dataDir);
        assertThat(damaged.exitCode()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(damaged.out()).contains("damage: remote-spool/" + name + "/cmd.spool");
    }

    private void refused(final String why, final Path root, final String... command) {
        final List<String> args = new ArrayList<>(List.of(command));
        args.add("--data-dir=" + root);
        final Cli cli = Cli.run(args.toArray(new String[0]));
        assertThat(cli.exitCode()).as(args + ": " + cli.out() + cli.err()).isEqualTo(ExitCode.IO);
        assertThat(cli.err()).as(args.toString()).contains(why, root.toString());
        assertThat(cli.out()).as(args.toString()).doesNotContain("whole");
    }

    private Path run() {
        final Path dataDir = dir.resolve("data");
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir));
            EventRecorder recorder = Recorded.recorder(proxy, "local")) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "m", null)).isPositive();
            Recorded.awaitJournaled(recorder);
        }
        return dataDir;
    }

    private static void deleteFilesOf(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private record Outcome(int exitCode, String text) {
    }

    /** Root may read everything, unless it gives up the right to. */
    private Outcome withoutPrivileges(final String... args) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
            final String rights = "-dac_override,-dac_read_search";
            command.addAll(List.of("/usr/bin/setpriv", "--bounding-set=" + rights, "--inh-caps=" + rights));
        }
        command.addAll(HeraldProcess.command(args));
        final Path output = Files.createTempFile(dir, "herald-", ".txt");
        final Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }
}
