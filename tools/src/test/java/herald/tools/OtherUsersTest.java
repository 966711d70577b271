package herald.tools;

import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Processes of several users on one host: what one may see of another's, and how a group is let in.
 */
@Tag("slow")
@Timeout(240)
class OtherUsersTest {
    private static final int GROUP = 61100;
    private static final String SECRET = "nobody else is to read this";

    @TempDir
    private static Path classes;
    private static String classPath;

    @TempDir
    private Path dir;
    private Path home;
    private Path dataDir;
    private Path aeronDir;

    @BeforeAll
    static void openClassPath() throws IOException {
        OtherUser.requireRoot();
        classPath = OtherUser.openClassPath(OtherUser.open(classes));
    }

    @BeforeEach
    void makeHome() throws IOException {
        OtherUser.open(dir);
        home = owner("022").home(dir, "rwxr-xr-x");
        dataDir = home.resolve("data");
        aeronDir = dir.resolve("none");
    }

    @AfterEach
    void shouldLeaveNothingInSharedMemory() {
        final boolean left = Files.exists(aeronDir);
        TreeRemoval.remove(aeronDir);
        assertThat(left).as(aeronDir + " is left").isFalse();
    }

    private static OtherUser owner(final String umask) {
        return new OtherUser(61001, GROUP, umask);
    }

    private static OtherUser member(final String umask) {
        return new OtherUser(61002, GROUP, umask);
    }

    private static OtherUser outsider() {
        return new OtherUser(61003, 0, "022");
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        }
    }

    private HeraldProcess start(final OtherUser user, final String... args) throws IOException {
        return HeraldProcess.startAs(user, classPath, Redirect.from(Path.of("/dev/null").toFile()), dir, args);
    }

    private HeraldProcess run(final OtherUser user, final String... args) throws IOException, InterruptedException {
        try (HeraldProcess herald = start(user, args)) {
            herald.exitCode();
            return herald;
        }
    }

    private HeraldProcess record(final OtherUser user, final String message, final String... more)
        throws IOException, InterruptedException {
        final List<String> args = new ArrayList<>(List.of(
            "record", "--component=cmd", "--type=cluster.ElectionStarted"));
        args.addAll(List.of(more));
        args.add(message);
        return run(user, args.toArray(new String[0]));
    }

    private HeraldProcess proxy(final OtherUser user, final String... more) throws IOException {
        final List<String> args = new ArrayList<>(List.of("proxy", "--data-dir=" + dataDir, "--node=node-1",
            "--writer=file:" + home.resolve("out/events.ndjson"), "--batch-interval=50ms"));
        args.addAll(List.of(more));
        final HeraldProcess proxy = start(user, args.toArray(new String[0]));
        try {
            proxy.awaitOut("ready");
            aeronDir = HeraldDirectory.aeronDir(dataDir);
            return proxy;
        } catch (final RuntimeException | Error e) {
            proxy.close();
            throw e;
        }
    }

    private String delivered() throws IOException {
        final Path file = home.resolve("out/events.ndjson");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Files and directories that have any of the permissions. */
    private String open(final String permissions, final Path... places) throws IOException, InterruptedException {
        final List<String> find = new ArrayList<>(List.of("find"));
        for (final Path place : places) {
            find.add(place.toString());
        }
        find.addAll(List.of("!", "-type", "l", "-perm", "/" + permissions));
        return new OtherUser(0, 0, "022").run(dir, find.toArray(new String[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "022", "077"})
    void shouldKeepEverythingToItsOwner(final String umask) throws Exception {
        try (HeraldProcess proxy = proxy(owner(umask))) {
            assertThat(record(owner(umask), SECRET, "--data-dir=" + dataDir).exitCode()).isZero();
            await().until(() -> delivered().contains(SECRET));
            assertThat(open("077", dataDir, aeronDir, home.resolve("out"))).isEmpty();
            assertThat(outsider().run(dir, "grep", "-r", SECRET, aeronDir.toString())).contains("Permission denied")
                .doesNotContain("matches");

            final HeraldProcess outside = record(member(umask), "not for this proxy", "--data-dir=" + dataDir);
            assertThat(outside.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(outside.err()).contains("belongs to 61001", "closed to this user").doesNotContain("\tat ");
            assertThat(proxy.terminate()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"022", "077"})
    void shouldLetAGroupRecordAndNobodyElse(final String umask) throws Exception {
        try (HeraldProcess proxy = proxy(owner(umask), "--group=" + GROUP)) {
            final HeraldProcess recorded = record(member(umask), SECRET, "--data-dir=" + dataDir);
            assertThat(recorded.exitCode()).as(recorded.err()).isZero();
            await().until(() -> delivered().contains(SECRET));
            assertThat(record(owner(umask), "own", "--data-dir=" + dataDir).exitCode()).isZero();

            assertThat(open("007", dataDir, aeronDir, home.resolve("out"))).isEmpty();
            final String spools = dataDir.resolve("spool").toString();
            assertThat(open("070", dataDir).lines().filter(name -> !name.startsWith(spools)))
                .containsExactlyInAnyOrder(dataDir.toString(), dataDir.resolve("identity").toString());
            assertThat(member(umask).run(dir, "cat", dataDir.resolve("admin.json").toString()))
                .contains("Permission denied");
            assertThat(outsider().run(dir, "grep", "-r", SECRET, aeronDir.toString(), dataDir.toString()))
                .contains("Permission denied").doesNotContain("matches");

            final HeraldProcess outside = record(outsider(), "refused", "--aeron-dir=" + aeronDir,
                "--spool-dir=" + outsider().home(dir, "rwx------"));
            assertThat(outside.exitCode()).isEqualTo(ExitCode.SPOOLED);
            assertThat(proxy.terminate()).isZero();
        }
        assertThat(delivered()).contains("own").doesNotContain("refused");
        try (HeraldProcess proxy = proxy(owner(umask))) {
            assertThat(Files.getPosixFilePermissions(dataDir)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(proxy.terminate()).isZero();
        }
    }

    @Test
    void shouldChangeNothingForAGroupOfWhichItIsNoMember() throws Exception {
        final String[] refused = {"proxy", "--data-dir=" + dataDir, "--group=61199"};
        assertThat(run(owner("022"), refused).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dataDir).doesNotExist();

        proxy(owner("022"), "--group=" + GROUP).terminate();
        final String[] state = {"find", dataDir.toString(), "-printf", "%p %i %m %U %G %s %T@\\n"};
        final String before = owner("022").run(dir, state);
        final HeraldProcess proxy = run(owner("022"), refused);
        assertThat(proxy.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(proxy.err()).contains("group is \"61199\"", "has to be a member").doesNotContain("\tat ");
        assertThat(owner("022").run(dir, state)).isEqualTo(before).contains(" 3770 61001 " + GROUP);
    }

    @Test
    void shouldAdoptWhatAKilledRecorderOfTheGroupLeft() throws Exception {
        try (HeraldProcess proxy = proxy(owner("077"), "--group=" + GROUP)) {
            proxy.kill();
        }
        try (HeraldProcess recorder = HeraldProcess.startAs(member("077"), classPath, Redirect.PIPE, dir, "record",
            "--component=cmd", "--data-dir=" + dataDir, "--stdin")) {
            recorder.stdin().write(("{\"type\":\"cluster.ElectionStarted\",\"message\":\"" + SECRET + "\"}\n")
                .getBytes(StandardCharsets.UTF_8));
            recorder.stdin().flush();
            await().until(() -> open("000", dataDir.resolve("spool")).contains("cmd.spool") &&
                new OtherUser(0, 0, "022").run(dir, "grep", "-r", SECRET, dataDir.resolve("spool").toString())
                    .contains("matches"));
            recorder.kill();
        }
        try (HeraldProcess proxy = proxy(owner("077"), "--group=" + GROUP)) {
            await().until(() -> delivered().contains(SECRET));
            assertThat(record(member("077"), "after it", "--data-dir=" + dataDir).exitCode()).isZero();
            proxy.kill();
        }
        final HeraldProcess kept = record(member("077"), "kept", "--data-dir=" + dataDir);
        assertThat(kept.exitCode()).as(kept.err()).isEqualTo(ExitCode.SPOOLED);
        try (HeraldProcess proxy = proxy(owner("077"), "--group=" + GROUP)) {
            await().until(() -> delivered().contains("kept"));
            assertThat(proxy.terminate()).isZero();
        }
    }

    @Test
    void shouldLetAGroupUseADriverOfItsOwn() throws Exception {
        final Path shared = home.resolve("driver");
        try (HeraldProcess driver = start(owner("077"), "driver", "--aeron-dir=" + shared, "--group=" + GROUP)) {
            driver.awaitOut("ready");
            final OtherUser other = new OtherUser(61004, GROUP, "022");
            dataDir = other.home(dir, "rwxr-xr-x").resolve("data");
            home = dataDir.getParent();
            try (HeraldProcess proxy = proxy(other, "--aeron-dir=" + shared, "--group=" + GROUP)) {
                final HeraldProcess recorded =
                    record(member("022"), SECRET, "--data-dir=" + dataDir, "--aeron-dir=" + shared);
                assertThat(recorded.exitCode()).as(recorded.err()).isZero();
                assertThat(open("007", shared)).isEmpty();
                assertThat(proxy.terminate()).isZero();
            }
            assertThat(driver.terminate()).isZero();
        }
    }

    @Test
    void shouldNarrowWhatAnEarlierVersionLeftOpen() throws Exception {
        try (HeraldProcess proxy = proxy(owner("022"))) {
            assertThat(record(owner("022"), SECRET, "--data-dir=" + dataDir).exitCode()).isZero();
            assertThat(proxy.terminate()).isZero();
        }
        final Path users = owner("022").own(Files.writeString(dataDir.resolve("notes.txt"), "the user's"));
        new OtherUser(0, 0, "022").run(dir, "chmod", "-R", "a+rX", dataDir.toString());
        final Path link = Files.createSymbolicLink(dataDir.resolve("spool/x.spool"), users);
        try (HeraldProcess proxy = proxy(owner("022"))) {
            assertThat(proxy.err()).contains("files and directories of " + dataDir + " were open to other users");
            assertThat(open("077", dataDir).lines()).containsExactlyInAnyOrder(dataDir.toString(), users.toString());
            assertThat(link).isSymbolicLink();
            assertThat(proxy.terminate()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSayWhoTookTheDriversDirectory(final boolean isLink) throws Exception {
        Files.createDirectories(dataDir);
        owner("022").own(dataDir);
        aeronDir = HeraldDirectory.aeronDir(dataDir);
        final Path trap = outsider().own(Files.createDirectory(dir.resolve("trap")));
        outsider().own(isLink ? Files.createSymbolicLink(aeronDir, trap) : Files.createDirectory(aeronDir));
        try {
            final HeraldProcess proxy = run(owner("022"), "proxy", "--data-dir=" + dataDir);
            assertThat(proxy.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(proxy.err()).contains(aeronDir + " belongs to 61003", "--aeron-dir").doesNotContain("\tat ");
            assertThat(trap).isEmptyDirectory();

            Files.delete(aeronDir);
            try (HeraldProcess squatter = start(outsider(), "driver", "--aeron-dir=" + aeronDir)) {
                squatter.awaitOut("ready");
                new OtherUser(0, 0, "022").run(dir, "chmod", "-R", "a+rwX", aeronDir.toString());
                final HeraldProcess recorder = record(owner("022"), SECRET, "--data-dir=" + dataDir);
                assertThat(recorder.exitCode()).isEqualTo(ExitCode.SPOOLED);
                assertThat(recorder.err()).contains(aeronDir + " belongs to 61003").doesNotContain("\tat ");
                assertThat(squatter.terminate()).isZero();
            }
        } finally {
            Files.deleteIfExists(aeronDir);
        }
    }

    @Test
    void shouldBeHeldUpByNoPipeThatAnotherUserMade() throws Exception {
        Files.createDirectories(dataDir);
        owner("022").own(dataDir);
        aeronDir = HeraldDirectory.aeronDir(dataDir);
        outsider().own(Files.createDirectory(aeronDir));
        try {
            outsider().run(dir, "mkfifo", "-m", "666", aeronDir.resolve("cnc.dat").toString());
            assertThat(aeronDir.resolve("cnc.dat")).exists();
            final HeraldProcess proxy = run(owner("022"), "proxy", "--data-dir=" + dataDir);
            assertThat(proxy.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(proxy.err()).contains(aeronDir + " belongs to 61003", "--aeron-dir").doesNotContain("\tat ");

            final HeraldProcess recorder = record(owner("022"), SECRET, "--data-dir=" + dataDir);
            assertThat(recorder.exitCode()).as(recorder.err()).isEqualTo(ExitCode.SPOOLED);
            assertThat(recorder.err()).contains(aeronDir + " belongs to 61003", "spool").doesNotContain("\tat ");
        } finally {
            TreeRemoval.remove(aeronDir);
        }
        try (HeraldProcess proxy = proxy(owner("022"))) {
            await().until(() -> delivered().contains(SECRET));
            assertThat(proxy.terminate()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0:61100 r--r----- ready", "0:61100 rw-rw---- its group may write to it",
        "0:61003 r--r----- only its owner", "61003:61100 r-------- belongs to 61003",
        "61001:0 rw----r-- only its owner", "61001:61001 rw------- ready"})
    void shouldTakeAKeyThatIsRootsOrItsReadersAndSecret(final String line) throws Exception {
        final String[] given = line.split(" ", 3);
        final Path key = Files.writeString(dir.resolve("key"), "sixteen bytes or more of a key");
        final String[] ids = given[0].split(":", 2);
        Files.setAttribute(key, "unix:uid", Integer.parseInt(ids[0]));
        Files.setAttribute(key, "unix:gid", Integer.parseInt(ids[1]));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(given[1]));
        final Path config = Files.writeString(dir.resolve("herald.yaml"), "remote:\n  listen: 127.0.0.1:" +
            freePort() + "\n  key-file: " + key + "\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        try (HeraldProcess proxy = start(owner("022"), "proxy", "--data-dir=" + dataDir, "--config=" + config)) {
            if (given[2].equals("ready")) {
                proxy.awaitOut("ready");
                aeronDir = HeraldDirectory.aeronDir(dataDir);
                assertThat(proxy.terminate()).isZero();
            } else {
                assertThat(proxy.exitCode()).isEqualTo(ExitCode.USAGE);
                assertThat(proxy.err()).contains(key.toString(), given[2]).doesNotContain("\tat ");
            }
        }
    }
}
