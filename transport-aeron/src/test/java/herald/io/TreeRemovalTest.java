package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What becomes of directories that Herald made itself.
 */
@Timeout(30)
class TreeRemovalTest {
    @TempDir
    private Path dir;

    @Test
    void shouldFollowNoLink() throws IOException {
        final Path made = Files.createDirectories(dir.resolve("made/deep")).getParent();
        Files.writeString(made.resolve("deep/file"), "made");
        final Path outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "precious");
        Files.createSymbolicLink(made.resolve("deep/link"), outside);
        Files.createSymbolicLink(made.resolve("dangling"), dir.resolve("nowhere"));
        assertThat(TreeRemoval.remove(made)).isNull();
        assertThat(made).doesNotExist();
        assertThat(outside.resolve("precious")).exists();
    }

    @Test
    void shouldTakeOneThatIsGoneForRemoved() {
        assertThat(TreeRemoval.remove(dir.resolve("gone"))).isNull();
    }

    @Test
    void shouldRefuseAnEmptyNameAndARoot() {
        assertThatThrownBy(() -> TreeRemoval.remove(Path.of(" "))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TreeRemoval.remove(Path.of("/"))).isInstanceOf(IllegalArgumentException.class);
    }
}
