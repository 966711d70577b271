package herald.writer;

import herald.event.EventView;
import herald.io.Disk;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Keeps the events that a destination will never take, a line each: when, why, and which event. The event itself is
 * still in the dispatch log, at the position that the line names.
 */
final class DeadLetters {
    private final Disk disk;
    private final Path file;
    private final EpochNanoClock clock;

    DeadLetters(final Disk disk, final Path file, final EpochNanoClock clock) {
        this.disk = disk;
        this.file = file;
        this.clock = clock;
    }

    void put(final EventView event, final long batchPosition, final int place, final String reason)
        throws IOException {
        disk.createDirectories(file.getParent());
        final String line = Instant.ofEpochSecond(0, clock.nanoTime()) + " event=" + event.id() + " type=" +
            printable(event.type()) + " batch=" + batchPosition + " place=" + place + " reason=\"" +
            printable(reason) + "\" message=\"" + printable(event.message()) + "\"\n";
        disk.append(file, line);
    }

    static String printable(final String text) {
        return text == null ? "" : text.replaceAll("[\\p{Cntrl}\"\\\\]", "_");
    }
}
