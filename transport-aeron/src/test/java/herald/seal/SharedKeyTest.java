package herald.seal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which files hold a key, and what is said of the others.
 */
@Timeout(120)
class SharedKeyTest {
    @TempDir
    private Path dir;

    private Path file(final String text, final String permissions) throws IOException {
        final Path file = Files.writeString(dir.resolve("key"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void shouldReadTheSameKeyWithAndWithoutALineEnd() throws IOException {
        final byte[] withEnd = SharedKey.read(file("0123456789abcdef\r\n", "rw-------")).derive("label", 1);
        final byte[] without = SharedKey.read(file("0123456789abcdef", "r--------")).derive("label", 1);

        final byte[] marked = SharedKey.read(file("\uFEFF0123456789abcdef\n", "rw-------")).derive("label", 1);

        assertThat(withEnd).isEqualTo(without).isEqualTo(marked).hasSize(32);
        assertThat(SharedKey.read(file("0123456789abcdeg", "rw-------")).derive("label", 1)).isNotEqualTo(without);
    }

    @Test
    void shouldRefuseAFileThatOthersCanRead() throws IOException {
        final Path file = file("0123456789abcdef", "rw-r--r--");

        assertThatThrownBy(() -> SharedKey.read(file)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("key file " + file + " has permissions rw-r--r--: only its owner may read it; run chmod 600 " +
                file);
    }

    @Test
    void shouldRefuseAShortKeyWithoutShowingIt() throws IOException {
        final Path file = file("secret\n", "rw-------");

        assertThatThrownBy(() -> SharedKey.read(file)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContainingAll("key file " + file, "6 bytes", "16 to 4096", "openssl rand")
            .hasMessageNotContaining("secret");
    }

    @Test
    void shouldRefuseWhatIsNoKey() throws IOException {
        final Path file = file("x".repeat(5000), "rw-------");

        assertThatThrownBy(() -> SharedKey.read(file)).hasMessageContainingAll("5000 bytes", "4096");
        assertThatThrownBy(() -> SharedKey.read(dir.resolve("none"))).hasMessageContainingAll(
            "there is no key file " + dir.resolve("none"), "umask 077");
    }

    @Test
    void shouldNeverPrintTheKey() {
        assertThat(new SharedKey("0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
            .hasToString("SharedKey of 16 bytes");
    }
}
