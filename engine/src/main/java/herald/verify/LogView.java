package herald.verify;

import herald.io.Disk;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A disk on which some files of a directory do not show: readers then read a log as it is without them. Reads only.
 */
final class LogView implements Disk {
    private final Disk disk;
    private final Set<Path> hidden;

    LogView(final Disk disk, final Set<Path> hidden) {
        this.disk = disk;
        this.hidden = hidden;
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        return disk.list(directory, suffix).stream().filter(file -> !hidden.contains(file)).toList();
    }

    @Override
    public void writeZeros(final Path file, final int offset, final int length) throws IOException {
        throw readOnly(file);
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        if (writable) {
            throw readOnly(file);
        }
        return disk.map(file, false);
    }

    @Override
    public void unmap(final MappedByteBuffer buffer) {
        disk.unmap(buffer);
    }

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        throw readOnly(file);
    }

    @Override
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        throw new IOException("a log is only read here");
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        throw readOnly(from);
    }

    @Override
    public void delete(final Path file) throws IOException {
        throw readOnly(file);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        throw readOnly(directory);
    }

    @Override
    public void append(final Path file, final String text) throws IOException {
        throw readOnly(file);
    }

    private static IOException readOnly(final Path file) {
        return new IOException(file + " is only read here");
    }
}
