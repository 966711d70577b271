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
    final List<MappedByteBuffer> forced = new ArrayList<>();
    boolean full;
    boolean failing;
    /** How many calls of map() succeed before one fails. */
    int mapsUntilFailure = Integer.MAX_VALUE;

    /**
     * Says whether there is room for new files and in holes.
     *
     * @param value true where there is none.
     */
    public void full(final boolean value) {
        full = value;
    }

    /**
     * Says whether the device can be forced.
     *
     * @param value true where it fails.
     */
    public void failing(final boolean value) {
        failing = value;
    }

    /**
     * How often something was forced with success.
     *
     * @return from 0.
     */
    public int forces() {
        return forced.size();
    }

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        return SystemDisk.INSTANCE.create(file, length);
    }

    @Override
    public void writeZeros(final Path file, final int offset, final int length) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        SystemDisk.INSTANCE.writeZeros(file, offset, length);
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        if (mapsUntilFailure-- == 0) {
            throw new IOException("Too many open files");
        }
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
    public void append(final Path file, final String text) throws IOException {
        SystemDisk.INSTANCE.append(file, text);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        SystemDisk.INSTANCE.createDirectories(directory);
    }
}
