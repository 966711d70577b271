package herald.io;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The narrow seam between Herald and the file system: all that spool and logs ask of a disk. {@link SystemDisk} is the
 * real one; a simulation or a fault injector takes its place. Implementations are safe for use by several threads.
 */
public interface Disk {
    /** No kernel tracks writes by shorter pages than these. */
    int MIN_PAGE_LENGTH = 4096;

    /**
     * Creates a file of a fixed length by writing zeros, so that running out of space shows here and nowhere else:
     * a store into a sparse mapping on a full disk kills the process. The length is the file's from the first force of
     * any range on, also after a power cut; the zeros are only where they were forced.
     *
     * @param file   that must not exist.
     * @param length in bytes.
     * @return the file, mapped for reading and writing, in native byte order of no importance: callers wrap it.
     * @throws IOException where there is no room or no right; nothing is left behind then.
     */
    MappedByteBuffer create(Path file, int length) throws IOException;

    /**
     * Writes zeros over a range of a file: what a power cut left of one that was created and not forced may have holes,
     * and a store into a hole on a full disk kills the process. Mappings of the file see them.
     *
     * @param file   that exists.
     * @param offset in bytes.
     * @param length in bytes, to the end of the file at most.
     * @throws IOException where there is no room.
     */
    void writeZeros(Path file, int offset, int length) throws IOException;

    /**
     * Maps a whole file.
     *
     * @param file     that exists.
     * @param writable or for reading only.
     * @return the mapping, as long as the file is now.
     * @throws UnfitFileException where it is no regular file, or too long to be mapped; a pipe is not opened.
     * @throws IOException        where the file can't be opened.
     */
    MappedByteBuffer map(Path file, boolean writable) throws IOException;

    /**
     * Gives a mapping back. The buffer must not be touched afterwards by anybody.
     *
     * @param buffer from {@link #create} or {@link #map}.
     */
    void unmap(MappedByteBuffer buffer);

    /**
     * Forces a range of a mapping to the device.
     *
     * @param buffer from {@link #create} or {@link #map}.
     * @param offset in bytes.
     * @param length in bytes.
     * @throws IOException where the device failed: the range must not be taken for durable, and a second try proves
     *                     nothing.
     */
    void force(MappedByteBuffer buffer, int offset, int length) throws IOException;

    /**
     * Forces a range of a mapping that may hold what an earlier force failed to write, in this process or in one that
     * was killed since. The kernel marks such pages as written and passes them over for ever after, so each page is
     * written again first, with what it holds.
     *
     * @param buffer from {@link #create} or {@link #map}, writable.
     * @param offset in bytes, a multiple of 4.
     * @param length in bytes.
     * @throws IOException where the device failed: the range must not be taken for durable.
     */
    default void forceAnew(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        final UnsafeBuffer pages = new UnsafeBuffer(buffer);
        for (int i = offset; i < offset + length; i += MIN_PAGE_LENGTH) {
            // An atomic addition is a store even where it adds nothing; a compiler may drop a plain one.
            pages.getAndAddInt(i, 0);
        }
        force(buffer, offset, length);
    }

    /**
     * Forces all of a file to the device and gives its mapping back, also where forcing fails. The buffer must not be
     * touched afterwards by anybody.
     *
     * @param file   as it is named now; one that was deleted meanwhile has nothing to force.
     * @param buffer from {@link #create} or {@link #map}.
     * @throws IOException where the device failed: nothing that was not forced before must be taken for durable.
     */
    default void forceAndUnmap(final Path file, final MappedByteBuffer buffer) throws IOException {
        try {
            force(buffer, 0, buffer.capacity());
        } finally {
            unmap(buffer);
        }
    }

    /**
     * Renames a file within its directory, atomically, over one that may be there.
     *
     * @param from the file.
     * @param to   its new name.
     * @throws IOException where that is not possible.
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Deletes a file, if it is there.
     *
     * @param file to delete.
     * @throws IOException where it is there and can't be deleted.
     */
    void delete(Path file) throws IOException;

    /**
     * The files of a directory whose names end alike.
     *
     * @param directory to look into.
     * @param suffix    for example {@code .log}.
     * @return sorted by name; empty where the directory is missing.
     * @throws IOException where it is there and can't be read, or is no directory: says so.
     */
    List<Path> list(Path directory, String suffix) throws IOException;

    /**
     * What tells a file from another one that has its name later: device and inode.
     *
     * @param file to look at.
     * @return equal to that of the same file alone; null where there is none.
     * @throws IOException where it can't be looked at.
     */
    default Object fileKey(final Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Creates a directory and its parents for their owner alone.
     *
     * @param directory that may exist.
     * @throws IOException where it can't be created.
     */
    void createDirectories(Path directory) throws IOException;

    /**
     * Appends to a file for its owner alone, made where it is missing. For what people read, not for hot paths.
     *
     * @param file to append to.
     * @param text in UTF-8.
     * @throws IOException where the file can't be written, or is no regular one.
     */
    void append(Path file, String text) throws IOException;
}
