package herald.recorder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Bytes of a spool that another process wrote. They are read, never mapped: a mapped file that its writer cuts ends the
 * process that looks at it, and one that its writer changes is not what was checked. Whatever is no regular file is not
 * opened: a link leads elsewhere, a pipe never ends. One thread's.
 */
final class SpoolBytes implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer bytes;
    private final long length;

    private SpoolBytes(final Path file, final FileChannel channel, final ByteBuffer bytes, final long length) {
        this.file = file;
        this.channel = channel;
        this.bytes = bytes;
        this.length = length;
    }

    /**
     * Opens a file.
     *
     * @param file     to read.
     * @param writable whether its header is to be written, too.
     * @return its bytes.
     * @throws IOException where it is missing, no regular file, or closed to this user.
     */
    static SpoolBytes open(final Path file, final boolean writable) throws IOException {
        requireRegular(file);
        final FileChannel channel = FileChannel.open(file, writable ?
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS) :
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        long length = -1;
        try {
            length = channel.size();
            return new SpoolBytes(file, channel, null, length);
        } finally {
            if (length < 0) {
                channel.close();
            }
        }
    }

    /** Bytes that are in memory already. */
    static SpoolBytes of(final Path file, final ByteBuffer bytes) {
        return new SpoolBytes(file, null, bytes.duplicate().clear(), bytes.capacity());
    }

    /**
     * Refuses directories, links, pipes and devices.
     *
     * @param file to look at.
     * @throws IOException where it is missing or one of those.
     */
    static void requireRegular(final Path file) throws IOException {
        final BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new IOException("it is " + (attributes.isDirectory() ? "a directory" :
                attributes.isSymbolicLink() ? "a symbolic link" : "a pipe, socket or device") + ", no regular file");
        }
    }

    /** Whether anything has this name, a link that leads nowhere included. */
    static boolean exists(final Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (final NoSuchFileException e) {
            return false;
        }
    }

    Path file() {
        return file;
    }

    /** Of the file, in bytes, when it was opened. */
    long length() {
        return length;
    }

    /**
     * Fills what remains of a buffer.
     *
     * @param position in the file.
     * @param into     to fill.
     * @throws IOException where the file ends before: it was cut since it was opened.
     */
    void read(final long position, final ByteBuffer into) throws IOException {
        if (channel == null) {
            into.put(bytes.slice((int)position, into.remaining()));
            return;
        }
        long at = position;
        while (into.hasRemaining()) {
            final int read = channel.read(into, at);
            if (read < 0) {
                throw new IOException("it ends at byte " + at + " and had " + length +
                    ": it was cut while it was read");
            }
            at += read;
        }
    }

    /**
     * Writes into the file, where it still is as long as it was.
     *
     * @param position in the file.
     * @param from     what to write.
     * @throws IOException where it can't be written, or was cut.
     */
    void write(final long position, final ByteBuffer from) throws IOException {
        if (channel.size() < length) {
            throw new IOException(file + " was cut: it had " + length + " bytes");
        }
        long at = position;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
