package herald.engine;

import herald.io.FileAccess;
import herald.io.SystemDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

    @Test
    void shouldSayWhereItCanNotBeMade() throws IOException {
        Files.writeString(dir.resolve("data"), "a file");

        assertThatThrownBy(this::acquire)
            .isInstanceOf(ProxyException.class)
            .hasMessageContaining(dir.resolve("data").toString()).hasMessageContaining("--data-dir");
    }
}
