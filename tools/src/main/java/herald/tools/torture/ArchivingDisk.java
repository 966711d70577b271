package herald.tools.torture;

import herald.io.Disk;
import herald.log.LogDescriptor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A disk that copies a segment into an archive before it deletes it, so that the whole history of a log can be read
 * however short its retention is. A kill at any time leaves a segment whole in one place or in both.
 */
final class ArchivingDisk implements Disk {
    private static final String UNFINISHED = ".copying";

    private final Disk disk;
    private final Path archive;

    /**
     * A disk with an archive.
     *
     * @param disk    that does everything.
     * @param archive gets a directory for each directory of segments.
     */
    ArchivingDisk(final Disk disk, final Path archive) {
        this.disk = disk;
        this.archive = archive;
    }

    @Override
    public void delete(final Path file) throws IOException {
        if (file.toString().endsWith(LogDescriptor.SEGMENT_SUFFIX) && holdsRecord(file)) {
            final Path copies = archive.resolve(file.getParent().getFileName());
            Files.createDirectories(copies);
            final Path unfinished = copies.resolve(file.getFileName() + UNFINISHED);
            Files.copy(file, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, copies.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        }
        disk.delete(file);
    }

    /** One without a record is deleted where a log goes on before it, and may come again. */
    private static boolean holdsRecord(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
            channel.read(length, LogDescriptor.SEGMENT_HEADER_LENGTH);
            return length.flip().getInt() != 0;
        }
    }

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        return disk.create(file, length);
    }

    @Override
    public void writeZeros(final Path file, final int offset, final int length) throws IOException {
        disk.writeZeros(file, offset, length);
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        return disk.map(file, writable);
    }

    @Override
    public void unmap(final MappedByteBuffer buffer) {
        disk.unmap(buffer);
    }

    @Override
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        disk.force(buffer, offset, length);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        return disk.list(directory, suffix);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void append(final Path file, final String text) throws IOException {
        disk.append(file, text);
    }
}
