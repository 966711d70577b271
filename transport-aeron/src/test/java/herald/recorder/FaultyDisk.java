package herald.recorder;

import herald.io.Disk;
import herald.io.SystemDisk;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The machine's disk with a device that fails, or waits, when a test says so, and that remembers what it was given.
 */
final class FaultyDisk implements Disk {
    final AtomicInteger forces = new AtomicInteger();
    volatile boolean failing;
    volatile boolean full;
    /** Runs within each force, before the device has anything. */
    volatile Runnable inForce = () -> { };
    /** What the device surely holds: the file as it was when the last force began. */
    volatile byte[] forced = {};

    static byte[] bytes(final MappedByteBuffer mapping) {
        final byte[] bytes = new byte[mapping.capacity()];
        mapping.duplicate().clear().get(bytes);
        return bytes;
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
        SystemDisk.INSTANCE.writeZeros(file, offset, length);
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
        forces.incrementAndGet();
        final byte[] asked = bytes(buffer);
        inForce.run();
        if (failing) {
            throw new IOException("Input/output error");
        }
        SystemDisk.INSTANCE.force(buffer, offset, length);
        forced = asked;
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
