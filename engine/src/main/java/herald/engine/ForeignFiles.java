package herald.engine;

import herald.io.FileMutex;
import herald.link.DirectoryIdentity;
import herald.log.LogDescriptor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Files that are not Herald's under names that a proxy would write to, replace or delete. In a data directory these
 * names are Herald's own; in a directory that holds no sign of a proxy they are whoever's made them. Such signs are a
 * format version, an identity, and a segment of a log. Nothing is changed here.
 */
final class ForeignFiles {
    private static final Set<String> LOCKS = Set.of("lock", ".lock.owner");
    private static final Set<String> SPOOLS = Set.of("spool", "remote-spool");
    private static final String SEGMENTS = "*.{log,tmp}";
    /**
     * What a proxy writes or replaces in directories of these names. Recorders make their spools before there is any
     * proxy, and administrators may write policies then.
     */
    private static final Map<String, String> WRITTEN = Map.of(
        "journal", SEGMENTS, "dispatch", SEGMENTS, "bookmarks", "*.{bookmark,status,tmp}", "dead-letters", "*.txt",
        "quarantine", "*", "policies", ".*.yaml.*.tmp");

    private ForeignFiles() {
    }

    /**
     * Refuses a directory that a proxy never had, where something in it would be lost.
     *
     * @param root said to be a data directory, which is there.
     * @param own  names that Herald gives in it.
     * @throws IOException    where it can't be looked into.
     * @throws ProxyException naming the file and what to do.
     */
    static void requireNone(final Path root, final List<String> own) throws IOException {
        if (isProxys(root)) {
            return;
        }
        for (final String name : own) {
            final Path foreign = foreignIn(root.resolve(name));
            if (foreign != null) {
                throw new ProxyException("directory " + root + " was never a proxy's data directory, and has " +
                    foreign + ", whose name Herald would use for itself: choose another directory with --data-dir, " +
                    "or move that away");
            }
        }
    }

    private static boolean isProxys(final Path root) throws IOException {
        final Path format = root.resolve("format");
        return (Files.isRegularFile(format) && Files.size(format) > 0) || DirectoryIdentity.read(root) != null ||
            holdsSegment(DataDirectory.journal(root)) || holdsSegment(DataDirectory.dispatch(root));
    }

    private static boolean holdsSegment(final Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + LogDescriptor.SEGMENT_SUFFIX)) {
            for (final Path file : files) {
                if (Files.isRegularFile(file) && LogDescriptor.isSegment(file)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What an empty file or directory is for nobody can tell, and nothing is lost with it. */
    private static Path foreignIn(final Path path) throws IOException {
        final String name = path.getFileName().toString();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (LOCKS.contains(name)) {
            return FileMutex.defectOf(path) == null ? null : path;
        }
        if (Files.isDirectory(path)) {
            return WRITTEN.containsKey(name) ? firstIn(path, WRITTEN.get(name)) :
                SPOOLS.contains(name) ? null : path;
        }
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) == 0 ? null : path;
    }

    private static Path firstIn(final Path directory, final String glob) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            Path first = null;
            for (final Path file : files) {
                first = first == null || file.compareTo(first) < 0 ? file : first;
            }
            return first;
        }
    }
}
