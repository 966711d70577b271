package herald.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads files that people write and name: settings, certificates. One that was named by mistake, a log or a device that
 * never ends, takes no more memory than the longest.
 */
public final class SmallFile {
    /** In bytes: far more than a list of all authorities, or settings, ever have. */
    static final int MAX_LENGTH = 16 << 20;

    private SmallFile() {
    }

    /**
     * Reads a file, or what comes through a pipe of this name.
     *
     * @param file links are followed.
     * @return all of it.
     * @throws NoSuchFileException where there is none.
     * @throws IOException         where it can't be read, or is longer than 16 MiB.
     */
    public static byte[] read(final Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            final byte[] bytes = in.readNBytes(MAX_LENGTH + 1);
            if (bytes.length > MAX_LENGTH) {
                throw new IOException(
                    file + " is longer than " + SizeText.format(MAX_LENGTH) + ": is it the right file?");
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
     * @throws IOException         where it is no regular file, can't be read, or is longer than 16 MiB.
     */
    public static byte[] readRegular(final Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + " is no regular file: name a file, or a link to one");
        }
        return read(file);
    }
}
