package herald.log;

import herald.io.Disk;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk that maps a file for reading once, however many ask for it, and gives the mapping back with the last of them.
 * Each writer reads the same segments of the dispatch log: with mappings of its own, each page counts for each writer
 * in what the kernel says of the process. All else goes to the disk behind it. Any thread.
 */
public final class SharedMappings implements Disk {
    /** A file, and how long it is: one that was cut is mapped anew. */
    private record Key(Object file, long length) {
    }

    /** What is mapped, and for how many. */
    private static final class Mapping {
        private final Key key;
        private final MappedByteBuffer buffer;
        private int users;

        Mapping(final Key key, final MappedByteBuffer buffer) {
            this.key = key;
            this.buffer = buffer;
        }
    }

    private final Disk disk;
    private final Map<Key, Mapping> mappings = new HashMap<>();
    private final IdentityHashMap<MappedByteBuffer, Mapping> given = new IdentityHashMap<>();

    /**
     * Maps what a disk holds.
     *
     * @param disk behind it.
     */
    public SharedMappings(final Disk disk) {
        this.disk = disk;
    }

    /** Each gets a buffer of its own, since buffers have positions. */
    @Override
    public synchronized MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        if (writable) {
            return disk.map(file, true);
        }
        final Object before = disk.fileKey(file);
        final MappedByteBuffer fresh = disk.map(file, false);
        if (before == null || !before.equals(disk.fileKey(file))) {
            // It was replaced meanwhile: nobody knows which of the two this is.
            return fresh;
        }
        final Key key = new Key(before, fresh.capacity());
        final Mapping known = mappings.get(key);
        if (known != null) {
            disk.unmap(fresh);
        }
        final Mapping mapping = known == null ? new Mapping(key, fresh) : known;
        mappings.put(key, mapping);
        mapping.users++;
        final MappedByteBuffer buffer = mapping.buffer.duplicate();
        given.put(buffer, mapping);
        return buffer;
    }

    @Override
    public synchronized void unmap(final MappedByteBuffer buffer) {
        final Mapping mapping = given.remove(buffer);
        if (mapping == null) {
            disk.unmap(buffer);
        } else if (--mapping.users == 0) {
            mappings.remove(mapping.key);
            disk.unmap(mapping.buffer);
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
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        disk.force(buffer, offset, length);
    }

    @Override
    public void forceAnew(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        disk.forceAnew(buffer, offset, length);
    }

    @Override
    public void forceAndUnmap(final Path file, final MappedByteBuffer buffer) throws IOException {
        disk.forceAndUnmap(file, buffer);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(final Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        return disk.list(directory, suffix);
    }

    @Override
    public Object fileKey(final Path file) throws IOException {
        return disk.fileKey(file);
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
