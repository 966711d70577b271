package herald.log;

import herald.io.Disk;
import herald.io.SystemDisk;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One mapping for all that read a file, for as long as the first or the last of them needs it.
 */
@Timeout(60)
class SharedMappingsTest {
    @TempDir
    private Path dir;
    private final Disk disk = new SharedMappings(SystemDisk.INSTANCE);

    private Path file(final String name, final int content) throws IOException {
        return Files.write(dir.resolve(name), new byte[] {(byte)content, 0, 0, 0, 0, 0, 0, 0});
    }

    private long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(dir.toString())).count();
        }
    }

    private static long addressOf(final MappedByteBuffer buffer) {
        return new UnsafeBuffer(buffer).addressOffset();
    }

    @Test
    void shouldMapAFileOnceAndKeepItForTheLastReader() throws IOException {
        final Path file = file("a", 1);
        final MappedByteBuffer first = disk.map(file, false);
        final MappedByteBuffer second = disk.map(file, false);
        assertThat(addressOf(second)).isEqualTo(addressOf(first));
        assertThat(mappings()).isEqualTo(1);

        first.position(4);
        assertThat(second.position()).isZero();
        disk.unmap(first);
        assertThat(second.get(0)).isEqualTo((byte)1);
        final MappedByteBuffer third = disk.map(file, false);
        disk.unmap(second);
        assertThat(third.get(0)).isEqualTo((byte)1);
        disk.unmap(third);
        assertThat(mappings()).isZero();
    }

    @Test
    void shouldMapAnotherFileOfTheNameAnew() throws IOException {
        final Path file = file("a", 1);
        final MappedByteBuffer before = disk.map(file, false);
        Files.move(file("b", 2), file, StandardCopyOption.REPLACE_EXISTING);

        final MappedByteBuffer after = disk.map(file, false);

        assertThat(before.get(0)).isEqualTo((byte)1);
        assertThat(after.get(0)).isEqualTo((byte)2);
        disk.unmap(before);
        disk.unmap(after);
        assertThat(mappings()).isZero();
    }

    @Test
    void shouldMapAFileOfAnotherLengthAnew() throws IOException {
        final Path file = file("a", 1);
        final MappedByteBuffer before = disk.map(file, false);
        Files.write(file, new byte[4]);

        final MappedByteBuffer after = disk.map(file, false);

        assertThat(after.capacity()).isEqualTo(4);
        disk.unmap(after);
        disk.unmap(before);
        assertThat(mappings()).isZero();
    }

    @Test
    void shouldLeaveMappingsForWritingAlone() throws IOException {
        final Path file = file("a", 1);
        final MappedByteBuffer reading = disk.map(file, false);
        final MappedByteBuffer writing = disk.map(file, true);
        writing.put(0, (byte)3);

        assertThat(reading.get(0)).isEqualTo((byte)3);
        assertThat(addressOf(writing)).isNotEqualTo(addressOf(reading));
        disk.unmap(writing);
        disk.unmap(reading);
        assertThat(mappings()).isZero();
        assertThatThrownBy(() -> disk.map(dir.resolve("none"), false)).isInstanceOf(NoSuchFileException.class);
    }
}
