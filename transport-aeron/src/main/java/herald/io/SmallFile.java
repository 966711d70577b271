package herald.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files that are to be small: those that people write and name, settings and certificates, and those that Herald
 * keeps. One that was named or put there by mistake, a log or a device that never ends, takes no more memory than the
 * longest; a pipe, whose opening waits for somebody else, is opened only where a pipe may be named.
 */
public final class SmallFile {
    /** In bytes: far more than a list of all authorities, or settings, ever have. */
    public static final int MAX_LENGTH = 16 << 20;

    private static final String MOVE_AWAY = "move it away";

    private SmallFile() {
    }

    /**
     * Reads a file, or what comes through a pipe of this name.
     *
     * @param file links are followed.
     * @return all of it.
     * @throws NoSuchFileException where there is none.
     * @throws UnfitFileException  where it is longer than 16 MiB.
     * @throws IOException         where it can't be read.
     */
    public static byte[] read(final Path file) throws IOException {
        return read(file, MAX_LENGTH, "is it the right file?");
    }

    private static byte[] read(final Path file, final int maxLength, final String remedy) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            final byte[] bytes = in.readNBytes(maxLength + 1);
            if (bytes.length > maxLength) {
                throw new UnfitFileException(file, "longer than " + SizeText.format(maxLength), remedy);
            }
            return bytes;
        }
    }

    /**
     * The same, where nobody may wait for what comes through a pipe.
     *
     * @param file links are followed.
     * @return all of it.
     * @throws NoSuchFileException where there is none.
     * @throws UnfitFileException  where it is no regular file, or longer than 16 MiB.
     * @throws IOException         where it can't be read.
     */
    public static byte[] readRegular(final Path file) throws IOException {
        requireRegular(file, "name a file, or a link to one");
        return read(file);
    }

    /**
     * Reads a file that Herald keeps under a name of its own.
     *
     * @param file      links are followed.
     * @param maxLength in bytes, longer than Herald makes it.
     * @return all of it.
     * @throws NoSuchFileException where there is none.
     * @throws UnfitFileException  where it is no regular file, or longer.
     * @throws IOException         where it can't be read.
     */
    public static byte[] readOwn(final Path file, final int maxLength) throws IOException {
        requireRegular(file);
        return read(file, maxLength, MOVE_AWAY);
    }

    /**
     * Refuses what is no regular file under a name of Herald's, before it is opened.
     *
     * @param file links are followed.
     * @throws NoSuchFileException where there is none.
     * @throws UnfitFileException  where it is a directory, pipe, socket or device.
     * @throws IOException         where it can't be looked at.
     */
    public static void requireRegular(final Path file) throws IOException {
        requireRegular(file, MOVE_AWAY);
    }

    private static void requireRegular(final Path file, final String remedy) throws IOException {
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new UnfitFileException(file, attributes.isDirectory() ?
                "no regular file, but a directory" : "no regular file, but a pipe, socket or device", remedy);
        }
    }

    /**
     * Refuses what can't be mapped as a file of Herald's.
     *
     * @param file   that is open.
     * @param length of it in bytes.
     * @throws UnfitFileException where it is longer than any.
     */
    static void requireMappable(final Path file, final long length) throws UnfitFileException {
        if (length > Integer.MAX_VALUE) {
            throw new UnfitFileException(file, "longer than any file of Herald's, with " + length + " bytes",
                MOVE_AWAY);
        }
    }
}
