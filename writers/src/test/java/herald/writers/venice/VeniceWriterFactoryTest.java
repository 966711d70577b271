package herald.writers.venice;

import herald.writer.WriterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is wrong with a configured key is named, with the file and the remedy. */
class VeniceWriterFactoryTest {
    @TempDir
    private Path dir;

    private static void create(final String target, final Path keyFile) {
        new VeniceWriterFactory().create(
            new WriterSpec("venice", "venice", target, Map.of("keyFile", keyFile.toString()))).close();
    }

    @Test
    void shouldNameAKeyFileThatIsMissing() {
        final Path missing = dir.resolve("missing");

        assertThatThrownBy(() -> create("udp://127.0.0.1:4820", missing)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("keyFile").hasMessageContaining("there is no key file " + missing)
            .hasMessageContaining("openssl rand");
    }

    @Test
    void shouldRefuseAKeyThatOthersMayRead() throws IOException {
        final Path open = Files.writeString(dir.resolve("open"), "the key of this fleet");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> create("udp://127.0.0.1:4820", open)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rw-r--r--").hasMessageContaining("chmod 600 " + open);
    }

    @Test
    void shouldRefuseAKeyWhereNothingIsSealed() {
        assertThatThrownBy(() -> create("ipc", dir.resolve("key"))).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("the target is ipc").hasMessageContaining("leave it out");
    }
}
