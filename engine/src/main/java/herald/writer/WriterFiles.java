package herald.writer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;

/**
 * Keeps writers apart that write to files: two of them on one file cut and rename what the other one wrote. Paths are
 * compared with links followed, and existing files by what they are, so that another spelling does not help.
 */
public final class WriterFiles {
    private WriterFiles() {
    }

    /**
     * Refuses writers that would meet in a file.
     *
     * @param writers of one proxy.
     * @throws IllegalArgumentException naming two of them and the file.
     */
    public static void requireApart(final Collection<EventWriter> writers) {
        for (final EventWriter writer : writers) {
            for (final EventWriter other : writers) {
                if (writer != other) {
                    requireApart(writer, other);
                }
            }
        }
    }

    /**
     * Refuses a writer that would meet another one in a file.
     *
     * @param writer to be added.
     * @param other  that is there.
     * @throws IllegalArgumentException naming both and the file.
     */
    public static void requireApart(final EventWriter writer, final EventWriter other) {
        final Path file = writer.file();
        final Path otherFile = other.file();
        if (file == null || otherFile == null) {
            return;
        }
        if (isSame(file, otherFile)) {
            throw new IllegalArgumentException("writers " + writer.name() + " and " + other.name() +
                " both write to " + real(file) + " (" + file + ", " + otherFile + "): give each a file of its own");
        }
        if (isRotated(real(file), real(otherFile))) {
            throw new IllegalArgumentException("writer " + other.name() + " writes to " + otherFile +
                ", the name of a rotated file of writer " + writer.name() + ": give it another one");
        }
    }

    private static boolean isSame(final Path file, final Path other) {
        try {
            return real(file).equals(real(other)) ||
                (Files.exists(file) && Files.exists(other) && Files.isSameFile(file, other));
        } catch (final IOException e) {
            return false;
        }
    }

    private static boolean isRotated(final Path file, final Path other) {
        final String name = file.getFileName() + ".";
        final String otherName = other.getFileName().toString();
        return Objects.equals(file.getParent(), other.getParent()) && otherName.startsWith(name) &&
            otherName.substring(name.length()).matches("[1-9][0-9]*");
    }

    /** With the links of the part that exists followed; a link to a file that is missing, too. */
    private static Path real(final Path file) {
        Path path = file.toAbsolutePath().normalize();
        try {
            for (int links = 0; links < 40 && Files.isSymbolicLink(path); links++) {
                path = path.resolveSibling(Files.readSymbolicLink(path)).normalize();
            }
            final Path parent = path.getParent();
            return parent == null ? path :
                (Files.exists(parent) ? parent.toRealPath() : real(parent)).resolve(path.getFileName());
        } catch (final IOException e) {
            return path;
        }
    }
}
