package herald.log;

import herald.io.Disk;
import herald.io.SystemDisk;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine's disk, with room or a device that fails when a test says so. Remembers what was forced.
 */
public final class FaultyDisk implements Disk {
    public final List<MappedByteBuffer> forced = new ArrayList<>();
    public boolean full;
    public boolean failing;

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        return SystemDisk.INSTANCE.create(file, length);
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        return SystemDisk.INSTANCE.map(file, writable);
    }

    @Override
    public void unmap(final MappedByteBuffer buffer) {
        SystemDisk.INSTANCE.unmap(buffer);
    }

    @Override
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        if (failing) {
            throw new IOException("Input/output error");
        }
        SystemDisk.INSTANCE.force(buffer, offset, length);
        forced.add(buffer);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        SystemDisk.INSTANCE.rename(from, to);
    }

    @Override
    public void delete(final Path file) throws IOException {
        SystemDisk.INSTANCE.delete(file);
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        return SystemDisk.INSTANCE.list(directory, suffix);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        SystemDisk.INSTANCE.createDirectories(directory);
    }
}
