package herald.manager;

import herald.link.Endpoint;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Who may read what the manager keeps, also in a directory that was made before it.
 */
@Timeout(120)
class ManagerFilesTest {
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(20_000);

    @TempDir
    private Path dir;

    private void fillIndex() throws Exception {
        try (EventIndex index = new EventIndex(dir.resolve(EventsManager.INDEX))) {
            final Batches.State state = new Batches.State(new UUID(1, 1), 1, NOW_NS, NOW_NS);
            index.add(Batches.read(Batches.of(state)), 0, NOW_NS);
            index.commit();
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(file -> !file.equals(dir)).toList();
        }
    }

    private void assertOwnersAlone(final Path except) throws IOException {
        assertThat(files()).hasSizeGreaterThan(3).allSatisfy(file ->
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as(file.toString()).endsWith(file.equals(except) ? "r--r--" : "------"));
    }

    @Test
    void shouldKeepItsFilesToItsOwner() throws Exception {
        fillIndex();
        assertOwnersAlone(null);
    }

    @Test
    void shouldNarrowWhatAnEarlierVersionLeftOpen() throws Exception {
        fillIndex();
        for (final Path file : files()) {
            Files.setPosixFilePermissions(file,
                PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
        }
        final Path users = Files.writeString(dir.resolve("notes.txt"), "the user's");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
        try (EventsManager manager = EventsManager.launch(new EventsManager.Context().dataDir(dir)
            .listen(new Endpoint("127.0.0.1", freePort())).http(new Endpoint("127.0.0.1", 0)))) {
            assertThat(manager.httpPort()).isPositive();
            assertOwnersAlone(users);
        }
        assertOwnersAlone(users);
    }

    private String refusal() {
        final StringWriter err = new StringWriter();
        assertThat(ManagerCommand.commandLine().setErr(new PrintWriter(err)).execute("--data-dir=" + dir))
            .isEqualTo(74);
        return err.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", ".lock.owner", "dead-letters.txt", "dead-letters.txt.1"})
    void shouldRefuseADirectoryWithSomebodyElsesFilesUnderItsNames(final String name) throws IOException {
        final Path file = Files.writeString(dir.resolve(name), "{\"my\":\"app\"}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(refusal()).contains(file.toString(), "choose another directory with --data-dir", "move that file");
        assertThat(files()).containsExactly(file);
        assertThat(file).hasContent("{\"my\":\"app\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-r--r--");
    }

    /** Lucene deletes what has names like its own. */
    @ParameterizedTest
    @ValueSource(strings = {"_a.txt", "_zz_mine.dat", "_0.cfs.orig", "_1.cfs", "pending_segments_9",
        "_b.tmp"})
    void shouldRefuseAndTellFilesAmongTheIndexsThatAreNone(final String name) throws Exception {
        fillIndex();
        final Path file = Files.writeString(dir.resolve("index").resolve(name), "mine\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        final List<Path> before = files();
        final StringWriter out = new StringWriter();

        assertThat(ManagerCommand.commandLine().setOut(new PrintWriter(out)).execute("--verify", "--data-dir=" + dir))
            .isEqualTo(1);
        assertThat(out.toString()).contains("no file of the index: " + file, "move it out");
        assertThat(refusal()).contains(file + " is no file of the index", "move it out");
        assertThat(files()).containsAll(before);
        assertThat(file).hasContent("mine");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-r--r--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"index/write.lock", "index/segments_zz", "index/_zz.cfs", "dead-letters.txt"})
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldWaitForNoPipeUnderItsNames(final String name) throws Exception {
        fillIndex();
        final Path pipe = dir.resolve(name);
        Files.deleteIfExists(pipe);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertThat(refusal()).contains(pipe + " ", "move ");
        if (name.startsWith("index/")) {
            final StringWriter out = new StringWriter();
            assertThat(ManagerCommand.commandLine().setOut(new PrintWriter(out)).execute("--verify",
                "--data-dir=" + dir)).isNotZero();
        }
    }

    @Test
    void shouldLeaveAloneWhatLuceneDoesNotTakeForItsOwn() throws Exception {
        fillIndex();
        final Path notes = Files.writeString(dir.resolve("index/notes.txt"), "mine\n");
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("rw-r--r--"));
        Files.createFile(dir.resolve("index/_zz.fdt"));
        try (EventsManager manager = EventsManager.launch(new EventsManager.Context().dataDir(dir)
            .listen(new Endpoint("127.0.0.1", freePort())).http(new Endpoint("127.0.0.1", 0)))) {
            assertThat(manager.httpPort()).isPositive();
        }
        assertThat(notes).hasContent("mine");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(notes))).isEqualTo("rw-r--r--");
    }

    @Test
    void shouldKnowItsDeadLettersWhereTheIndexWasMovedAway() throws IOException {
        final Path file = dir.resolve("dead-letters.txt");
        Files.createFile(dir.resolve("dead-letters.txt.1"));
        try (DeadEvents events = new DeadEvents(file)) {
            events.put(NOW_NS, "node \"1", "too long", new UnsafeBuffer(new byte[100]), 100);
            events.put(NOW_NS + 1, "node", "too long", new UnsafeBuffer(new byte[100]), 100);
        }
        assertThatCode(() -> DeadEvents.requireOwn(file)).doesNotThrowAnyException();
    }

    @Test
    void shouldSayInOneLineThatItsAddressIsTaken() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EventsManager.launch(new EventsManager.Context().dataDir(dir)
                .listen(new Endpoint("127.0.0.1", taken.getLocalPort())).http(new Endpoint("127.0.0.1", 0))))
                .isInstanceOf(IOException.class).hasMessage("cannot listen for nodes on 127.0.0.1:" +
                    taken.getLocalPort() + ": Address already in use; choose an address of this host and a free port " +
                    "with --listen");
        }
    }

    @Test
    void shouldSayWhichPortTheSystemChose() throws IOException {
        try (EventsManager manager = EventsManager.launch(new EventsManager.Context().dataDir(dir)
            .listen(new Endpoint("127.0.0.1", 0)).http(new Endpoint("127.0.0.1", 0)))) {
            final int port = manager.listen().port();
            assertThat(port).isPositive();
            assertThatThrownBy(() -> new DatagramSocket(port, InetAddress.getLoopbackAddress()))
                .isInstanceOf(BindException.class);
        }
    }

    @Test
    void shouldRefuseADriverAmongItsOwnFiles() throws Exception {
        final Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve(EventsManager.INDEX));
        for (final Path driver : List.of(dir, dir.resolve(EventsManager.INDEX), link.resolve("driver"))) {
            final StringWriter err = new StringWriter();
            assertThat(ManagerCommand.commandLine().setErr(new PrintWriter(err))
                .execute("--data-dir=" + dir, "--aeron-dir=" + driver)).isEqualTo(64);
            assertThat(err.toString()).contains("--aeron-dir is " + driver, "outside the data directory " + dir);
            assertThat(files()).containsExactly(link);
        }
    }
}
