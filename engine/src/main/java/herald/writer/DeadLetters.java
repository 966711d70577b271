package herald.writer;

import herald.event.EventView;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/**
 * Keeps the events that a destination will never take, a line each: when, why, and which event. The event itself is
 * still in the dispatch log, at the position that the line names.
 */
final class DeadLetters {
    private final Path file;
    private final EpochNanoClock clock;

    DeadLetters(final Path file, final EpochNanoClock clock) {
        this.file = file;
        this.clock = clock;
    }

    void put(final EventView event, final long batchPosition, final int place, final String reason)
        throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        final String line = Instant.ofEpochSecond(0, clock.nanoTime()) + " event=" + event.id() + " type=" +
            printable(event.type()) + " batch=" + batchPosition + " place=" + place + " reason=\"" +
            printable(reason) + "\" message=\"" + printable(event.message()) + "\"\n";
        Files.writeString(
            file, line, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    static String printable(final String text) {
        return text == null ? "" : text.replaceAll("[\\p{Cntrl}\"\\\\]", "_");
    }
}
