package herald.writers.file;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Renames a full file to {@code PATH.1}, that one to {@code PATH.2}, and so on up to the number kept. Only what a file
 * writer made is renamed, replaced or deleted: regular files whose first line is an event as it writes them, and empty
 * ones, which a power cut may leave.
 */
final class Rotation {
    private static final Logger LOG = LoggerFactory.getLogger(RotatedFile.class);
    private static final int LONGEST_LINE = 1 << 20;
    private static final int FIRST_READ = 1 << 12;

    private final int keep;

    Rotation(final int keep) {
        this.keep = keep;
    }

    /**
     * What the next rotation of a file would cost somebody else.
     *
     * @param target the file, which may be missing.
     * @return says which file it is, and what to do; null where nothing is in the way.
     * @throws IOException where a file can't be looked into.
     */
    String obstacle(final Path target) throws IOException {
        final String inTheWay = obstacleBehind(target);
        return inTheWay != null || !isThere(target) || isOwn(target) ? inTheWay :
            target + " begins with what this writer did not write, and rotation would delete that in the end: move " +
                "it away, or choose another path for the writer";
    }

    /** The same, of those alone that have been rotated. */
    String obstacleBehind(final Path target) throws IOException {
        for (int number = firstFree(target); number > 0; number--) {
            final Path rotated = rotated(target, number);
            if (isThere(rotated) && !isOwn(rotated)) {
                return rotated + " is in the way, " + (Files.isRegularFile(rotated, LinkOption.NOFOLLOW_LINKS) ?
                    "which this writer did not write: " : "which is no regular file: ") +
                    "move it away, or choose another path for the writer";
            }
        }
        return null;
    }

    /** Where nothing is an obstacle. */
    void rotate(final Path target) throws IOException {
        for (int stray = keep + 1; isThere(rotated(target, stray)); stray++) {
            if (isOwn(rotated(target, stray))) {
                Files.delete(rotated(target, stray));
                LOG.info("deleted {}: {} rotated files are kept", rotated(target, stray), keep);
            }
        }
        for (int number = firstFree(target); number > 1; number--) {
            Files.move(rotated(target, number - 1), rotated(target, number), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(target, rotated(target, 1), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The lowest number that no file has, or the highest that is kept. */
    private int firstFree(final Path target) {
        int free = 1;
        while (free < keep && isThere(rotated(target, free))) {
            free++;
        }
        return free;
    }

    private static Path rotated(final Path target, final int number) {
        return target.resolveSibling(target.getFileName() + "." + number);
    }

    private static boolean isThere(final Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isOwn(final Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel =
            FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            final long size = channel.size();
            return size == 0 || beginsWithEvent(channel, size);
        } catch (final AccessDeniedException e) {
            return false;
        }
    }

    private static boolean beginsWithEvent(final FileChannel channel, final long size) throws IOException {
        for (long length = Math.min(size, FIRST_READ);; length = Math.min(size, LONGEST_LINE)) {
            final ByteBuffer text = ByteBuffer.allocate((int)length);
            int read = 1;
            while (read > 0 && text.hasRemaining()) {
                read = channel.read(text, text.position());
            }
            text.flip();
            for (int i = 0; i < text.limit(); i++) {
                if (text.get(i) == '\n') {
                    return EventLineForm.isLine(text.limit(i));
                }
            }
            if (length == Math.min(size, LONGEST_LINE)) {
                return false;
            }
        }
    }
}
