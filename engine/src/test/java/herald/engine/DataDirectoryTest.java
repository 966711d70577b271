package herald.engine;

import herald.io.FileAccess;
import herald.io.SystemDisk;
import herald.io.TreeRemoval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A data directory is one proxy's at a time, and of a format that this version reads.
 */
@Timeout(120)
class DataDirectoryTest {
    @TempDir
    private Path dir;

    private DataDirectory acquire() {
        return DataDirectory.acquire(SystemDisk.INSTANCE, dir.resolve("data"), FileAccess.OWNER);
    }

    private Path format() {
        return dir.resolve("data").resolve("format");
    }

    @Test
    void shouldMakeWhatIsMissing() throws IOException {
        try (DataDirectory directory = acquire()) {
            assertThat(directory.root()).isEqualTo(dir.resolve("data"));
            assertThat(DataDirectory.journal(directory.root())).isDirectory();
            assertThat(DataDirectory.dispatch(directory.root())).isDirectory();
            assertThat(DataDirectory.bookmarks(directory.root())).isDirectory();
            assertThat(Files.readString(format())).isEqualTo(DataDirectory.FORMAT_VERSION + "\n");
        }
    }

    @Test
    void shouldBelongToOneProxyAtATime() {
        try (DataDirectory first = acquire()) {
            assertThatThrownBy(this::acquire)
                .isInstanceOf(ProxyException.class)
                .hasMessageContaining(first.root().toString())
                .hasMessageContaining("in use").hasMessageContaining("--data-dir");
        }
        acquire().close();
    }

    @Test
    void shouldRefuseANewerFormatAndLetGoOfTheDirectory() throws IOException {
        acquire().close();
        Files.writeString(format(), DataDirectory.FORMAT_VERSION + 1 + "\n");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::acquire)
                .isInstanceOf(ProxyException.class)
                .hasMessageContaining("format " + (DataDirectory.FORMAT_VERSION + 1))
                .hasMessageContaining("newer Herald");
        }
        Files.writeString(format(), String.valueOf(DataDirectory.FORMAT_VERSION));
        acquire().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "-1", "1.0", "12345678901234567890", "1 2", "\0\0"})
    void shouldRefuseAFormatThatIsNone(final String text) throws IOException {
        acquire().close();
        Files.writeString(format(), text);

        assertThatThrownBy(this::acquire)
            .isInstanceOf(ProxyException.class)
            .hasMessageContaining(format().toString()).hasMessageContaining("not a format version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin.json", "admin.tmp", "identity", "identity.tmp", "lock", ".lock.owner",
        "counters.dat", "counters.dat.damaged", "quarantine.txt", "quarantine/notes", "journal/0000.log",
        "journal/00000000000000000000.log.tmp", "dispatch/app.log", "bookmarks/w.bookmark", "bookmarks/w.status",
        "dead-letters/w.txt", "policies/.p.yaml.0123456789abcdef.tmp"})
    void shouldRefuseADirectoryOfSomebodyElsesThatItWouldChange(final String name) throws IOException {
        final Path file = dir.resolve("data").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"my\":\"app\"}\n");
        Files.createDirectories(dir.resolve("data/spool"));
        final List<Path> before = tree();

        assertThatThrownBy(this::acquire).isInstanceOf(ProxyException.class)
            .hasMessageContainingAll(file.toString(), "choose another directory with --data-dir", "move that away");
        assertThat(file).hasContent("{\"my\":\"app\"}");
        assertThat(tree()).isEqualTo(before);
        Files.delete(file);
        Files.createSymbolicLink(file, dir);
        if (!name.contains("/")) {
            assertThatThrownBy(this::acquire).isInstanceOf(ProxyException.class);
        }
        Files.delete(file);
        acquire().close();
    }

    @Test
    void shouldTakeADirectoryWithWhatOthersMakeBeforeAProxy() throws IOException {
        final Path data = dir.resolve("data");
        for (final String name : List.of("spool/cmd-0.spool", "spool/cmd-0.spool.tmp", "remote-spool/h_1/cmd-0.spool",
            "policies/p.yaml", "precious", "journal/lost+found/x", "herald.yaml")) {
            Files.createDirectories(data.resolve(name).getParent());
            Files.writeString(data.resolve(name), "text");
        }
        Files.createFile(data.resolve("format"));
        Files.createFile(data.resolve("lock"));
        acquire().close();

        assertThat(data.resolve("precious")).hasContent("text");
    }

    /** One of a version that wrote no format or no identity, or where somebody deleted them. */
    @ParameterizedTest
    @ValueSource(strings = {"format", "identity", "format identity", "journal identity", "format journal dispatch"})
    void shouldTakeAProxysWhateverIsMissing(final String missing) throws IOException {
        EventProxy.launch(new EventProxy.Context().dataDir(dir.resolve("data")).node("n").dedupKeyLimit(10_000)
            .journalSegmentLength(256 * 1024).dispatchSegmentLength(256 * 1024).batchLengthLimit(64 * 1024)).close();
        for (final String name : missing.split(" ", -1)) {
            TreeRemoval.remove(dir.resolve("data").resolve(name));
        }
        acquire().close();

        assertThat(DataDirectory.counters(dir.resolve("data"))).exists();
    }

    /** Names that are Herald's are closed to others, what the user keeps beside them is left as it is. */
    @Test
    void shouldCloseItsOwnFilesAlone() throws IOException {
        acquire().close();
        final Path data = dir.resolve("data");
        final List<String> own = List.of("journal/00000000000000262144.log.tmp", "dispatch/00000000000000262144.log",
            "spool/cmd-0.spool", "spool/cmd-0.lock", "spool/.cmd-0.lock.owner", "spool/retired-counters.txt",
            "spool/cmd.0f0e0d0c-0b0a-0908-0706-050403020100.damaged", "remote-spool/h_1/cmd-0.spool",
            "bookmarks/w.bookmark", "bookmarks/w.status", "bookmarks/w.bookmark.0f0e.damaged", "dead-letters/w.txt",
            "policies/p.yaml", "quarantine/verify-1/journal/notes", "counters.dat.damaged");
        final List<String> others = List.of("journal/mynotes.log", "dispatch/app/00000000000000000000.log",
            "spool/mynotes.txt", "remote-spool/readme.txt", "remote-spool/h_1/readme.txt", "bookmarks/readme.txt",
            "dead-letters/letters.md", "policies/readme.txt", "mynotes.txt");
        for (final String name : Stream.concat(own.stream(), others.stream()).toList()) {
            Files.createDirectories(data.resolve(name).getParent());
            Files.writeString(data.resolve(name), "text");
            Files.setAttribute(data.resolve(name), "unix:mode", 0644);
        }
        Files.setAttribute(data.resolve("dispatch/app"), "unix:mode", 0755);
        acquire().close();

        assertThat(own).allSatisfy(name -> assertThat(FileAccess.mode(data.resolve(name)) & 0777).isEqualTo(0600));
        assertThat(others).allSatisfy(name -> assertThat(FileAccess.mode(data.resolve(name)) & 0777).isEqualTo(0644));
        assertThat(FileAccess.mode(data.resolve("dispatch/app")) & 0777).isEqualTo(0755);
    }

    private List<Path> tree() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.sorted().toList();
        }
    }

    @Test
    void shouldSayWhereItCanNotBeMade() throws IOException {
        Files.writeString(dir.resolve("data"), "a file");

        assertThatThrownBy(this::acquire)
            .isInstanceOf(ProxyException.class)
            .hasMessageContaining(dir.resolve("data").toString()).hasMessageContaining("--data-dir");
    }
}
