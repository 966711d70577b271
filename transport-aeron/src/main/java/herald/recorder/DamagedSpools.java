package herald.recorder;

import herald.io.Disk;
import herald.io.FileAccess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The spools of a directory that were put away for somebody to look at: the newest few. Says which older ones it
 * deletes for a new one, and deletes none but those that it named itself.
 */
final class DamagedSpools {
    private static final String SUFFIX = ".damaged";
    private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final String NAME_PATTERN = ".+\\." + UUID_PATTERN + "\\" + SUFFIX;
    private static final int MAX_KEPT = 8;

    private DamagedSpools() {
    }

    /**
     * A file that was put away.
     *
     * @param file   as it is named now.
     * @param others what became of older ones, for people; empty where they are all kept.
     */
    record PutAway(Path file, String others) {
        @Override
        public String toString() {
            return file + others;
        }
    }

    /**
     * Puts a file away. Where older ones can't be deleted, they stay and are told.
     *
     * @param disk that holds it.
     * @param file of a spool.
     * @param name without its ending.
     * @return what became of it, and of others.
     * @throws IOException where it can't be renamed: it is where it was.
     */
    static PutAway put(final Disk disk, final Path file, final String name) throws IOException {
        final Path kept = file.resolveSibling(name + "." + UUID.randomUUID() + SUFFIX);
        disk.rename(file, kept);
        return new PutAway(kept, bound(disk, kept));
    }

    private static String bound(final Disk disk, final Path kept) {
        final List<Path> deleted = new ArrayList<>();
        try {
            final List<Path> all = new ArrayList<>(disk.list(kept.getParent(), SUFFIX));
            all.removeIf(file -> !isPutAway(file) || file.equals(kept));
            all.sort(Comparator.comparing(DamagedSpools::since).reversed());
            for (final Path old : all.subList(Math.min(MAX_KEPT - 1, all.size()), all.size())) {
                disk.delete(old);
                deleted.add(old.getFileName());
            }
        } catch (final IOException e) {
            return told(deleted) + " (older ones stay: " + FileAccess.reason(e) + ")";
        }
        return told(deleted);
    }

    private static String told(final List<Path> deleted) {
        return deleted.isEmpty() ? "" : " (the newest " + MAX_KEPT + " are kept, deleted: " + deleted + ")";
    }

    private static boolean isPutAway(final Path file) {
        return file.getFileName().toString().matches(NAME_PATTERN) &&
            Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** When it got its name: the time of its last event says nothing of that. */
    private static FileTime since(final Path file) {
        try {
            return (FileTime)Files.getAttribute(file, "unix:ctime");
        } catch (final IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
