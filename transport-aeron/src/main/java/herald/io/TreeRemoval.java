package herald.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Removes directories that this process made itself, under names that it made up: temporary ones. Symbolic links are
 * removed and not followed. Never to be given a name that a user chose.
 */
public final class TreeRemoval {
    private TreeRemoval() {
    }

    /**
     * Removes a directory with everything in it, as far as that goes.
     *
     * @param directory made by this process; one that is not there is removed already.
     * @return what could not be removed, or null.
     * @throws IllegalArgumentException where the name is empty, which would be the current directory, or a root.
     */
    public static IOException remove(final Path directory) {
        if (directory.toString().isBlank() || directory.toAbsolutePath().normalize().getNameCount() == 0) {
            throw new IllegalArgumentException("\"" + directory + "\" is no directory that Herald made");
        }
        try {
            removeEntry(directory);
            return null;
        } catch (final NoSuchFileException e) {
            return null;
        } catch (final IOException e) {
            return e;
        }
    }

    private static void removeEntry(final Path entry) throws IOException {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> inside = Files.newDirectoryStream(entry)) {
                for (final Path one : inside) {
                    removeEntry(one);
                }
            }
        }
        Files.deleteIfExists(entry);
    }
}
