package herald.writers.file;

import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.io.ProcessOwner;
import herald.io.Uninterrupted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of lines that grows up to a size and is then renamed to {@code PATH.1}, which becomes {@code PATH.2}, and so
 * on; beyond the number kept, the oldest goes. Where that would cost somebody else's file, this one grows on until the
 * other is gone. The next one has the mode, owner and group of the one before. Where the path is a link, all that
 * happens to what it leads to, and the link stays. Holds whole lines alone: what a failed write left is cut off before
 * the next one, what a crash left when the file is opened; any other last line without an end gets one. Others may
 * append lines of their own. Owned by one thread, and by one process.
 */
final class RotatedFile {
    private static final Logger LOG = LoggerFactory.getLogger(RotatedFile.class);
    private static final Set<OpenOption> OPTIONS =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    private static final int OTHERS = 0077;
    private static final int OTHERS_WRITE = 0002;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final long maxBytes;
    private final Rotation rotation;
    private final boolean forced;
    private FileChannel channel;
    private Object fileKey;
    /** What the path leads to. */
    private Path target;
    /** What the last file looked like. */
    private FileLooks looks;
    private String hindrance;
    private boolean told;
    private boolean unforced;
    private boolean forceFailed;

    RotatedFile(final Path path, final long maxBytes, final int keep, final boolean forced) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.rotation = new Rotation(keep);
        this.forced = forced;
    }

    Path path() {
        return path;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** Opens the file unless it is open, and again where somebody has moved or deleted it meanwhile. */
    void open() throws IOException {
        if (channel != null) {
            if (channel.isOpen() && fileKey != null && fileKey.equals(keyAtPath())) {
                return;
            }
            leave();
        }
        final Path directory = path.getParent();
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_DIRECTORY);
        }
        PathKind.requireRegular(path);
        requireOwn();
        final boolean made = Files.notExists(path);
        mendLastLine();
        final FileChannel opened = FileChannel.open(path, OPTIONS, OWNER_FILE);
        try {
            target = path.toRealPath();
            if (made && looks != null) {
                looks.giveTo(target);
            }
            looks = FileLooks.of(target);
            fileKey = keyAtPath();
            if (forced) {
                forceDirectory();
            }
            channel = opened;
        } finally {
            if (channel == null) {
                opened.close();
            }
        }
    }

    /** Where anybody may make files, somebody else's would hold the events, or lead them elsewhere. */
    private void requireOwn() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        final Path real = Files.exists(path) ? path.toRealPath() : path;
        if (isOpenToAll(path.getParent()) || isOpenToAll(real.getParent())) {
            requireOwn(path);
            requireOwn(real);
        }
        if (!told && Files.isRegularFile(real) && (FileAccess.mode(real) & OTHERS) != 0) {
            told = true;
            LOG.warn("{} is open to other users ({}), which Herald's own files are not: chmod 600 closes it", path,
                FileAccess.permissions(FileAccess.mode(real)));
        }
    }

    private static boolean isOpenToAll(final Path directory) throws IOException {
        return (FileAccess.mode(directory.toRealPath()) & OTHERS_WRITE) != 0;
    }

    private static void requireOwn(final Path file) throws IOException {
        if (!ProcessOwner.owns(file) && !ProcessOwner.isRoots(file)) {
            throw new IOException(file + " belongs to " + FileAccess.owner(file) + ", who would read the events or " +
                "lead them elsewhere: have it removed, or choose another path");
        }
    }

    /** Bytes that fit before the file is rotated. */
    long room() throws IOException {
        return maxBytes - channel.size();
    }

    /** Appends whole lines to one file: all of them, or none, also where an interrupt closes the channel. */
    void append(final ByteBuffer lines) throws IOException {
        if (channel.size() > 0 && lines.remaining() > room()) {
            rotate();
        } else {
            hindrance = null;
        }
        final long start = channel.size();
        final long end = start + lines.remaining();
        try {
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        } catch (final IOException e) {
            takeBack(start, end, e);
            throw e;
        }
        unforced = true;
        forceFailed = false;
    }

    /** Forces what was appended to the device, where that was asked for. */
    void force() throws IOException {
        if (!forced || !unforced) {
            return;
        }
        if (forceFailed) {
            throw new IOException("it failed before: what was written since the last good one must be written again");
        }
        open();
        forceOpenFile();
    }

    void close() {
        final FileChannel closing = channel;
        channel = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (final IOException e) {
                LOG.warn("cannot close {}: {}", path, ErrorText.of(e));
            }
        }
    }

    /** Where the file is longer than this process can have made it, somebody else's lines are behind. */
    private void takeBack(final long start, final long end, final IOException failure) {
        try {
            Uninterrupted.call(() -> {
                if (!channel.isOpen()) {
                    channel = FileChannel.open(target, StandardOpenOption.WRITE);
                }
                return channel.size() > end ? channel : channel.truncate(start);
            });
        } catch (final IOException e) {
            failure.addSuppressed(e);
        }
        close();
    }

    private void forceOpenFile() throws IOException {
        try {
            channel.force(true);
            unforced = false;
        } catch (final IOException e) {
            forceFailed = true;
            close();
            throw e;
        }
    }

    /** Closes the file; the next line opens it anew. */
    void leave() throws IOException {
        if (channel != null && forced && unforced) {
            forceOpenFile();
        }
        close();
    }

    /** Nothing happens where it would cost a file of somebody else's: told once, and tried with each call. */
    private void rotate() throws IOException {
        final String obstacle = rotation.obstacle(target);
        if (obstacle != null) {
            if (hindrance == null) {
                LOG.warn("{} is not rotated, and grows past {} bytes: {}", path, maxBytes, obstacle);
            }
            hindrance = path + " is not rotated: " + obstacle;
            return;
        }
        if (hindrance != null) {
            LOG.info("{} is rotated again", path);
            hindrance = null;
        }
        leave();
        looks = FileLooks.of(target);
        rotation.rotate(target);
        open();
    }

    /** Why the file is not rotated, though it is full; null where it is not, or nothing is in the way. */
    String hindrance() {
        return hindrance;
    }

    private Object keyAtPath() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private void mendLastLine() throws IOException {
        if (Files.exists(path)) {
            new LastLine(path.toRealPath()).mend();
        }
    }
}
