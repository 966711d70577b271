package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Forcing a whole file and giving its mapping back, on a real file system.
 */
@Timeout(120)
class SystemDiskTest {
    private static final int LENGTH = 8192;

    @TempDir
    private Path dir;

    @Test
    void shouldForceWhatWasWrittenThroughTheMapping() throws IOException {
        final Path file = dir.resolve("segment");
        final MappedByteBuffer mapping = SystemDisk.INSTANCE.create(file, LENGTH);
        mapping.put(LENGTH - 1, (byte)7);

        SystemDisk.INSTANCE.forceAndUnmap(file, mapping);

        assertThat(isMapped(file)).isFalse();
        assertThat(Files.readAllBytes(file)).hasSize(LENGTH).endsWith(7);
    }

    @Test
    void shouldFindNothingToForceInAFileThatWasDeleted() throws IOException {
        final Path file = dir.resolve("segment");
        final MappedByteBuffer mapping = SystemDisk.INSTANCE.create(file, LENGTH);
        SystemDisk.INSTANCE.delete(file);

        SystemDisk.INSTANCE.forceAndUnmap(file, mapping);

        assertThat(isMapped(file)).isFalse();
    }

    @Test
    void shouldUnmapAFileThatCannotBeForced() throws IOException {
        final Path file = dir.resolve("segment");
        final MappedByteBuffer mapping = SystemDisk.INSTANCE.create(file, LENGTH);
        Files.delete(file);
        Files.createDirectory(file);

        assertThatThrownBy(() -> SystemDisk.INSTANCE.forceAndUnmap(file, mapping)).isInstanceOf(IOException.class);

        assertThat(isMapped(file)).isFalse();
    }

    private static boolean isMapped(final Path file) throws IOException {
        final Path real = file.getParent().toRealPath().resolve(file.getFileName());
        return Files.readString(Path.of("/proc/self/maps")).contains(real.toString());
    }
}
