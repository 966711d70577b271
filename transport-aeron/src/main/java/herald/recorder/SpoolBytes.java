package herald.recorder;

import herald.io.FileIdentity;
import herald.io.Uninterrupted;

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
import java.util.Set;

/**
 * Bytes of a spool that another process wrote. They are read, never mapped: a mapped file that its writer cuts ends the
 * process that looks at it, and one that its writer changes is not what was checked. Whatever is no regular file is not
 * opened: a link leads elsewhere, a pipe never ends. An interrupt closes the channel, and would make a damaged spool of
 * a whole one: it is opened again. One thread's.
 */
final class SpoolBytes implements AutoCloseable {
    private final Path file;
    private final Set<OpenOption> options;
    private final FileIdentity identity;
    private final ByteBuffer bytes;
    private final long length;
    private FileChannel channel;

    private SpoolBytes(final Path file, final Set<OpenOption> options) throws IOException {
        this.file = file;
        this.options = options;
        this.bytes = null;
        this.identity = FileIdentity.of(file);
        this.channel = FileChannel.open(file, options);
        long size = -1;
        try {
            size = channel.size();
        } finally {
            if (size < 0) {
                channel.close();
            }
        }
        this.length = size;
    }

    private SpoolBytes(final Path file, final ByteBuffer bytes) {
        this.file = file;
        this.options = Set.of();
        this.bytes = bytes;
        this.identity = null;
        this.length = bytes.capacity();
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
        final Set<OpenOption> options = writable ?
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS) :
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return Uninterrupted.call(() -> new SpoolBytes(file, options));
    }

    /** Bytes that are in memory already. */
    static SpoolBytes of(final Path file, final ByteBuffer bytes) {
        return new SpoolBytes(file, bytes.duplicate().clear());
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
        if (bytes != null) {
            into.put(bytes.slice((int)position, into.remaining()));
            return;
        }
        final int start = into.position();
        Uninterrupted.call(() -> {
            into.position(start);
            long at = position;
            while (into.hasRemaining()) {
                final int read = channel().read(into, at);
                if (read < 0) {
                    throw new IOException("it ends at byte " + at + " and had " + length +
                        ": it was cut while it was read");
                }
                at += read;
            }
            return null;
        });
    }

    private FileChannel channel() throws IOException {
        if (!channel.isOpen()) {
            channel = FileChannel.open(file, options);
            if (!identity.equals(FileIdentity.of(file))) {
                throw new IOException(file + " is another file than it was");
            }
        }
        return channel;
    }

    /**
     * Writes into the file, where it still is as long as it was.
     *
     * @param position in the file.
     * @param from     what to write.
     * @throws IOException where it can't be written, or was cut.
     */
    void write(final long position, final ByteBuffer from) throws IOException {
        final int start = from.position();
        Uninterrupted.call(() -> {
            if (channel().size() < length) {
                throw new IOException(file + " was cut: it had " + length + " bytes");
            }
            from.position(start);
            long at = position;
            while (from.hasRemaining()) {
                at += channel().write(from, at);
            }
            return null;
        });
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
