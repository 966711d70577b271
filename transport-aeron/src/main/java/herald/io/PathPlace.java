package herald.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a path leads, however it is spelled: two places are equal where one file is, or would be made. Links are
 * followed, hard links are one file, and a directory that is mounted twice is one. As of the moment of asking.
 *
 * @param nearest device and inode of the deepest file or directory of the path that exists; its real path where the
 *                file system has no such numbers.
 * @param missing names below it that do not exist yet; empty where all do.
 */
public record PathPlace(Object nearest, Path missing) {
    private static final int MAX_LINKS = 40;
    private static final Path NOTHING = Path.of("");

    /**
     * Looks where a path leads.
     *
     * @param path that may be missing.
     * @return its place.
     */
    public static PathPlace of(final Path path) {
        final Path real = real(path);
        Path there = real;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return new PathPlace(key(there), there.equals(real) ? NOTHING : there.relativize(real));
    }

    private static Object key(final Path there) {
        try {
            final Object key = Files.readAttributes(there, BasicFileAttributes.class).fileKey();
            return key == null ? there : key;
        } catch (final IOException e) {
            return there;
        }
    }

    /**
     * The absolute path with its links followed, those of the part that exists and one to a file that is missing.
     *
     * @param path that may be missing.
     * @return as far as it can be told.
     */
    public static Path real(final Path path) {
        Path real = path.toAbsolutePath().normalize();
        try {
            for (int links = 0; links < MAX_LINKS && Files.isSymbolicLink(real); links++) {
                real = real.resolveSibling(Files.readSymbolicLink(real)).normalize();
            }
            final Path parent = real.getParent();
            return parent == null ? real :
                (Files.exists(parent) ? parent.toRealPath() : real(parent)).resolve(real.getFileName());
        } catch (final IOException e) {
            return real;
        }
    }

    /**
     * Whether a path leads to a directory or into it.
     *
     * @param path      that may be missing.
     * @param directory that may be missing, or be a file.
     * @return true too where it is the directory.
     */
    public static boolean isWithin(final Path path, final Path directory) {
        return andAbove(path).contains(of(directory));
    }

    private static Set<PathPlace> andAbove(final Path path) {
        final Set<PathPlace> places = new HashSet<>();
        for (Path above = real(path); above != null; above = above.getParent()) {
            places.add(of(above));
        }
        return places;
    }

    /**
     * Which of the files that Herald keeps in a directory a path leads to or into.
     *
     * @param path      that may be missing.
     * @param directory that holds them, and may hold others.
     * @param names     of Herald's own.
     * @return the first of them; null where it leads to none.
     */
    public static Path own(final Path path, final Path directory, final List<String> names) {
        final Set<PathPlace> places = andAbove(path);
        return names.stream().map(directory::resolve).filter(own -> places.contains(of(own))).findFirst().orElse(null);
    }
}
