package herald.verify;

import herald.io.Disk;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a repair puts what it takes out: {@code quarantine/verify-<time>} in the data directory, made when the first
 * file comes, each file under the path that it had. Nothing in it is ever written over or deleted.
 */
final class RepairDirectory {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSSSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Disk disk;
    private final Path root;
    private final Path directory;
    private final List<String> done = new ArrayList<>();

    RepairDirectory(final Disk disk, final Path root, final EpochNanoClock clock) {
        this.disk = disk;
        this.root = root;
        this.directory = root.resolve("quarantine").resolve(
            "verify-" + TIME.format(Instant.ofEpochSecond(0, clock.nanoTime())));
    }

    /**
     * Moves a file out of the way, if it is still there.
     *
     * @param file in the data directory.
     * @throws IOException where it can't be moved.
     */
    void move(final Path file) throws IOException {
        if (Files.exists(file)) {
            final Path target = targetOf(file);
            disk.rename(file, target);
            done.add("moved " + root.relativize(file) + " to " + root.relativize(target));
        }
    }

    /**
     * Keeps a copy of a file that is about to be changed; what is no regular file is moved.
     *
     * @param file in the data directory.
     * @throws IOException where it can't be copied.
     */
    void copy(final Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            move(file);
            return;
        }
        final Path target = targetOf(file);
        if (!Files.exists(target)) {
            Files.copy(file, target);
            done.add("copied " + root.relativize(file) + " to " + root.relativize(target));
        }
    }

    private Path targetOf(final Path file) throws IOException {
        final Path target = directory.resolve(root.relativize(file).toString());
        disk.createDirectories(target.getParent());
        return target;
    }

    /**
     * Takes note of something that was done.
     *
     * @param text of it.
     */
    void did(final String text) {
        done.add(text);
    }

    /** What was done, in order. */
    List<String> done() {
        return done;
    }

    Disk disk() {
        return disk;
    }
}
