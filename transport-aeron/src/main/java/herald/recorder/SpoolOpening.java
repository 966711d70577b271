package herald.recorder;

import herald.io.FileAccess;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells a spool whose content was put back to an older state, by a backup that was written into the same file for
 * instance: its sequences were used since. Each recorder that opens a spool gives it a random id, in its header and in
 * a file beside it, which says what the header must say next time. The header keeps the id before too, for a kill
 * between the two.
 */
final class SpoolOpening {
    private static final Pattern LINE = Pattern.compile("herald-spool-opening ([0-9a-f-]{36})\n");
    private static final int LINE_LENGTH = 58;

    private SpoolOpening() {
    }

    /** Beside a spool, under a name that is no spool's. */
    static Path file(final Path spool) {
        return spool.resolveSibling("." + spool.getFileName() + ".opening");
    }

    /**
     * Whether nobody has opened a spool since its content was as it is.
     *
     * @param spool  its file.
     * @param header of the spool.
     * @return true too where that is not known.
     */
    static boolean isLatest(final Path spool, final DirectBuffer header) {
        final UUID noted = read(file(spool));
        return noted == null || noted.equals(id(header, SpoolDescriptor.OPENING_OFFSET)) ||
            noted.equals(id(header, SpoolDescriptor.PREVIOUS_OPENING_OFFSET));
    }

    /** Null where nothing is noted that can be read. */
    private static UUID read(final Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (FileChannel channel =
            FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            final ByteBuffer bytes = ByteBuffer.allocate(LINE_LENGTH + 1);
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            final Matcher line =
                LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII));
            return line.matches() ? UUID.fromString(line.group(1)) : null;
        } catch (final IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Takes note that a recorder opens a spool that it holds. Where that can't be noted, on a full disk for instance,
     * the one before stays.
     *
     * @param spool  its file.
     * @param header of the spool.
     * @param access of the file beside it.
     */
    static void begin(final Path spool, final UnsafeBuffer header, final FileAccess access) {
        final UUID before = id(header, SpoolDescriptor.OPENING_OFFSET);
        final UUID opening = UUID.randomUUID();
        put(header, SpoolDescriptor.PREVIOUS_OPENING_OFFSET, before);
        header.putLongVolatile(SpoolDescriptor.OPENING_OFFSET, opening.getMostSignificantBits());
        header.putLongVolatile(SpoolDescriptor.OPENING_OFFSET + Long.BYTES, opening.getLeastSignificantBits());
        try {
            write(file(spool), opening, access);
        } catch (final IOException e) {
            put(header, SpoolDescriptor.OPENING_OFFSET, before);
        }
    }

    private static void write(final Path file, final UUID opening, final FileAccess access) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file");
        }
        final boolean made = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        final ByteBuffer line = ByteBuffer.wrap(
            ("herald-spool-opening " + opening + '\n').getBytes(StandardCharsets.US_ASCII));
        try (FileChannel channel = FileChannel.open(file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.truncate(line.remaining());
            while (line.hasRemaining()) {
                channel.write(line, line.position());
            }
        }
        if (made && access.isShared()) {
            access.file(file);
        }
    }

    private static UUID id(final DirectBuffer header, final int offset) {
        return new UUID(header.getLong(offset), header.getLong(offset + Long.BYTES));
    }

    private static void put(final MutableDirectBuffer header, final int offset, final UUID id) {
        header.putLong(offset, id.getMostSignificantBits());
        header.putLong(offset + Long.BYTES, id.getLeastSignificantBits());
    }
}
