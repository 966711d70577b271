package herald.writer;

import herald.io.PathPlace;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * Keeps writers that write to files apart from each other and from Herald's own files: two on one file cut and rename
 * what the other one wrote. Paths are compared by where they lead, so that another spelling does not help.
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
        if (PathPlace.of(file).equals(PathPlace.of(otherFile))) {
            throw new IllegalArgumentException("writers " + writer.name() + " and " + other.name() +
                " both write to " + PathPlace.real(file) + " (" + file + ", " + otherFile +
                "): give each a file of its own");
        }
        if (isRotated(file, otherFile)) {
            throw new IllegalArgumentException("writer " + other.name() + " writes to " + otherFile +
                ", the name of a rotated file of writer " + writer.name() + ": give it another one");
        }
    }

    /**
     * Refuses a writer that would write into what Herald keeps in its data directory, or rename that directory.
     *
     * @param writer  to be started.
     * @param dataDir of the proxy, which may be missing.
     * @param own     names that Herald gives in it; others are the user's.
     * @throws IllegalArgumentException naming writer, file and what would be right.
     */
    public static void requireOutside(final EventWriter writer, final Path dataDir, final List<String> own) {
        final Path file = writer.file();
        if (file == null) {
            return;
        }
        final Path met = PathPlace.own(file, dataDir, own);
        if (met != null) {
            throw new IllegalArgumentException("writer " + writer.name() + " writes to " + file +
                ", which is Herald's own (" + met + "): name a path outside the data directory");
        }
        for (Path above = PathPlace.real(dataDir); above != null; above = above.getParent()) {
            if (PathPlace.of(file).equals(PathPlace.of(above)) || isRotated(file, above)) {
                throw new IllegalArgumentException("writer " + writer.name() + " writes to " + file +
                    ", and would rename " + above + ", the way to the data directory: name another path");
            }
        }
    }

    /** Whether the other one has a name that rotation gives: beside a link, too, and beside what it leads to. */
    private static boolean isRotated(final Path file, final Path other) {
        for (final Path rotated : List.of(file.toAbsolutePath().normalize(), PathPlace.real(file))) {
            for (final Path met : List.of(other.toAbsolutePath().normalize(), PathPlace.real(other))) {
                if (isRotatedName(rotated, met)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isRotatedName(final Path file, final Path other) {
        if (file.getParent() == null || other.getParent() == null) {
            return false;
        }
        final String name = file.getFileName() + ".";
        final String otherName = other.getFileName().toString();
        return otherName.startsWith(name) && otherName.substring(name.length()).matches("[1-9][0-9]*") &&
            PathPlace.of(file.getParent()).equals(PathPlace.of(other.getParent()));
    }
}
