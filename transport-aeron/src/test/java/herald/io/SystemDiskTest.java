package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** A channel is closed where its thread is interrupted: that is nothing that a disk did. */
    @Test
    void shouldDoEverythingOnAThreadThatIsInterrupted() throws IOException {
        final Path file = dir.resolve("segment");
        final Path renamed = dir.resolve("renamed");
        final SystemDisk disk = SystemDisk.INSTANCE;
        Thread.currentThread().interrupt();
        try {
            final MappedByteBuffer mapping = disk.create(file, LENGTH);
            mapping.put(LENGTH - 1, (byte)7);
            disk.writeZeros(file, 0, 16);
            disk.force(mapping, 0, LENGTH);
            disk.forceAndUnmap(file, mapping);
            disk.rename(file, renamed);
            disk.append(renamed, "more");
            disk.unmap(disk.map(renamed, false));
            assertThat(disk.list(dir, "renamed")).containsExactly(renamed);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(Files.readString(renamed, StandardCharsets.ISO_8859_1)).hasSize(LENGTH + 4).endsWith("\u0007more");
        assertThat(dir.toFile().list()).containsExactly("renamed");
    }

    @Test
    void shouldBeginAgainWhereAnInterruptEndsAnOperation() throws IOException {
        final AtomicInteger runs = new AtomicInteger();
        final Path file = Files.writeString(dir.resolve("file"), "text");
        final int read = Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(file)) {
                if (runs.incrementAndGet() < 3) {
                    Thread.currentThread().interrupt();
                }
                return channel.read(ByteBuffer.allocate(10));
            }
        });
        assertThat(read).isEqualTo(4);
        assertThat(runs).hasValue(3);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static boolean isMapped(final Path file) throws IOException {
        final Path real = file.getParent().toRealPath().resolve(file.getFileName());
        return Files.readString(Path.of("/proc/self/maps")).contains(real.toString());
    }
}
