package herald.manager;

import herald.link.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
