package herald.writers.file;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The last line of a file that is opened, where it has no end: an event that a crash tore is cut off and kept in a file
 * beside it, {@code PATH.torn.1} and so on; all else gets its end and stays, whoever wrote it.
 */
final class LastLine {
    private static final Logger LOG = LoggerFactory.getLogger(RotatedFile.class);
    private static final int LONGEST_TORN_LINE = 1 << 20;
    private static final byte[] LINE_END = {'\n'};
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;

    LastLine(final Path path) {
        this.path = path;
    }

    void mend() throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            mend(file);
        }
    }

    private void mend(final FileChannel file) throws IOException {
        final long size = file.size();
        final ByteBuffer tail = ByteBuffer.allocate((int)Math.min(size, LONGEST_TORN_LINE));
        int read = 1;
        while (read > 0 && tail.hasRemaining()) {
            read = file.read(tail, size - tail.remaining());
        }
        tail.flip();
        int lineStart = tail.limit();
        while (lineStart > 0 && tail.get(lineStart - 1) != '\n') {
            lineStart--;
        }
        final int length = tail.limit() - lineStart;
        if (length == 0) {
            return;
        }
        if (length == LONGEST_TORN_LINE || !EventLineForm.canBeTorn(tail, lineStart)) {
            file.write(ByteBuffer.wrap(LINE_END), size);
            LOG.warn("the last line of {} had no end, and is no torn event: ended it", path);
            return;
        }
        final ByteBuffer torn = tail.position(lineStart).slice();
        final String kept = isZeros(torn) ? "they are all zeros" : "they are in " + keep(torn);
        file.truncate(size - length);
        LOG.warn("cut {} bytes of a torn last line from {}: {}", length, path, kept);
    }

    private static boolean isZeros(final ByteBuffer bytes) {
        for (int i = 0; i < bytes.limit(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** On the device when this returns, under a name that nobody had. */
    private Path keep(final ByteBuffer torn) throws IOException {
        for (int number = 1;; number++) {
            final Path kept = path.resolveSibling(path.getFileName() + ".torn." + number);
            try (FileChannel file = FileChannel.open(kept, CREATE, OWNER_FILE)) {
                write(torn, file, kept);
                return kept;
            } catch (final FileAlreadyExistsException e) {
                // The next number, then.
            }
        }
    }

    private static void write(final ByteBuffer torn, final FileChannel file, final Path kept) throws IOException {
        boolean whole = false;
        try {
            while (torn.hasRemaining()) {
                file.write(torn);
            }
            file.force(true);
            whole = true;
        } finally {
            if (!whole) {
                Files.delete(kept);
            }
        }
    }
}
