package herald.writers.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * What kind of file a path leads to.
 */
final class PathKind {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int MOST_LINKS = 40;

    private PathKind() {
    }

    /**
     * Refuses what can't be rotated.
     *
     * @param path that may lead to nothing yet.
     * @throws IOException that says what it leads to instead.
     */
    static void requireRegular(final Path path) throws IOException {
        if (isEndless(path)) {
            throw new IOException("its links lead to each other, and to no file: name another path");
        }
        if (isDescriptor(path)) {
            throw new IOException("it is a stream of a process, not a file: use the writer stdout, or name a file");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException("it is no regular file, so it can't be rotated: name another path");
        }
    }

    private static boolean isEndless(final Path path) throws IOException {
        Path link = path;
        for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(link); i++) {
            link = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
        }
        return Files.isSymbolicLink(link);
    }

    /** Whether one of the links on the way is a descriptor, as /dev/stdout is, whatever that one is open for. */
    static boolean isDescriptor(final Path path) throws IOException {
        Path link = path;
        for (int i = 0; i < MOST_LINKS; i++) {
            final Path directory = link.getParent();
            if (directory != null && Files.exists(directory) && directory.toRealPath().startsWith(PROCESSES)) {
                return true;
            }
            if (!Files.isSymbolicLink(link)) {
                return false;
            }
            link = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
        }
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
