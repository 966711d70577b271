package herald.engine;

import herald.io.Disk;
import herald.log.LogReader;
import herald.writer.WriterAgent;

import java.nio.file.Path;
import java.util.List;

/**
 * Tells writers what retention is about to delete before they have delivered it: how many events, and of which time.
 * Housekeeping's thread.
 */
final class OvertakenWriters {
    private final Disk disk;
    private final Path dispatchDir;
    private final List<WriterAgent> writers;

    OvertakenWriters(final Disk disk, final Path dispatchDir, final List<WriterAgent> writers) {
        this.disk = disk;
        this.dispatchDir = dispatchDir;
        this.writers = writers;
    }

    /**
     * Before segments are released.
     *
     * @param limit that no segment is released behind of.
     * @return up to where they are released.
     */
    long beforeRelease(final long limit) {
        final long end = endOfReleased(limit);
        for (final WriterAgent writer : writers) {
            final long from = Math.max(writer.deliveredPosition(), writer.overtaken().position());
            if (from < end) {
                tell(writer, from, end);
            }
        }
        return end;
    }

    /** Segments are released whole, and never the last one. */
    private long endOfReleased(final long limit) {
        long end = 0;
        for (final long base : LogReader.segmentBases(disk, dispatchDir)) {
            end = base <= limit ? base : end;
        }
        return end;
    }

    private void tell(final WriterAgent writer, final long from, final long end) {
        final DispatchedEvents gone = DispatchedEvents.of(disk, dispatchDir, from, end);
        writer.overtaken().add(end, gone.events(), gone.fromNs(), gone.toNs());
    }
}
