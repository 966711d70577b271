package herald.recorder;

import herald.io.Disk;
import herald.io.FileMutex;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A spool whose owner is gone, held to be drained: its whole events by sequence, with gaps where damage took some. One
 * thread's. {@link SpoolFile#acquireOrphans} finds it.
 */
public final class OrphanSpool implements AutoCloseable {
    private final Disk disk;
    private final Path file;
    private final FileMutex mutex;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer header;
    private final SpoolScan scan;

    OrphanSpool(
        final Disk disk,
        final Path file,
        final FileMutex mutex,
        final MappedByteBuffer mapping,
        final SpoolScan scan) {
        this.disk = disk;
        this.file = file;
        this.mutex = mutex;
        this.mapping = mapping;
        this.header = new UnsafeBuffer(mapping, 0, SpoolDescriptor.HEADER_LENGTH);
        this.scan = scan;
    }

    /**
     * Whose events these are.
     *
     * @return random, 128 bits.
     */
    public UUID recorderId() {
        return scan.recorderId();
    }

    /**
     * The file behind it.
     *
     * @return its path.
     */
    public Path file() {
        return file;
    }

    /**
     * Sequence after the last one that is known to be acknowledged.
     *
     * @return from 1.
     */
    public long firstSequence() {
        return scan.trimmedSequence() + 1;
    }

    /**
     * Sequence of the newest event that is known to have been accepted, whole or not.
     *
     * @return below {@link #firstSequence()} where there is none.
     */
    public long lastSequence() {
        return scan.lastSequence();
    }

    /**
     * How many whole events there are.
     *
     * @return from 0.
     */
    public int events() {
        return scan.count();
    }

    /**
     * Sequence of an event.
     *
     * @param index of it, in the order of sequences.
     * @return it, above that of the index before.
     */
    public long sequence(final int index) {
        return scan.sequence(index);
    }

    /**
     * Bytes of an event.
     *
     * @param index of it, in the order of sequences.
     * @param event set to them.
     */
    public void event(final int index, final DirectBuffer event) {
        final int from = SpoolDescriptor.HEADER_LENGTH + scan.offset(index) + SpoolDescriptor.FRAME_HEADER_LENGTH;
        event.wrap(mapping, from, eventLength(index));
    }

    int eventLength(final int index) {
        return scan.length(index) - SpoolDescriptor.FRAME_HEADER_LENGTH;
    }

    /**
     * What does not hold what it should.
     *
     * @return empty where the spool is whole.
     */
    public List<SpoolInspection.Damage> damages() {
        return scan.damages();
    }

    UnsafeBuffer header() {
        return header;
    }

    /**
     * Lets go of it once all of its events are taken. A damaged one is kept beside as {@code .damaged}; one that was
     * set aside is deleted; any other is trimmed, for its owner to continue.
     *
     * @throws IOException where it can't be moved or deleted; it is let go all the same.
     */
    public void releaseDrained() throws IOException {
        try {
            final boolean setAside = SpoolFile.isSetAside(file);
            if (!damages().isEmpty()) {
                SpoolFile.quarantine(disk, file);
            } else if (setAside) {
                disk.delete(file);
            } else {
                new Spool(disk, file, mutex, mapping).trim(lastSequence());
            }
            if (setAside) {
                disk.delete(SpoolFile.lockFile(file));
            }
        } finally {
            close();
        }
    }

    /** Lets go of it as it is. Its events must not be touched any more. */
    @Override
    public void close() {
        disk.unmap(mapping);
        mutex.close();
    }
}
