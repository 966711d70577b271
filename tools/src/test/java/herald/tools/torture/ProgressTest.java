package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A recorder's note says what was accepted for certain and what nobody knows, over kills.
 */
@Timeout(120)
class ProgressTest {
    @TempDir
    private Path dir;

    @Test
    void shouldTellMaybesFromAccepted() throws IOException {
        final Path file = dir.resolve("recorder.progress");
        assertThat(Progress.read(file).begun()).isZero();
        try (Progress first = Progress.open(file)) {
            first.begin(1);
            first.accept(1);
            first.begin(2);
        }
        assertThat(Progress.read(file).isAccepted(1)).isTrue();
        assertThat(Progress.read(file).isAccepted(2)).isFalse();
        try (Progress second = Progress.open(file)) {
            assertThat(second.begun()).isEqualTo(2);
            second.begin(3);
            second.accept(3);
        }
        final Progress.Note note = Progress.read(file);

        assertThat(note.begun()).isEqualTo(3);
        assertThat(note.maybes()).containsExactly(2L);
        assertThat(note.isAccepted(2)).isFalse();
        assertThat(note.isAccepted(3)).isTrue();
    }
}
