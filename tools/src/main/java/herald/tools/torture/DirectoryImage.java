package herald.tools.torture;

import herald.link.HeraldDirectory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A state of a node's data directory and of the archive beside it, as a device's snapshot holds it. The spools are not
 * part of it: they are their recorders'.
 *
 * @param dir that the state was copied into, by the names that they have in a round's directory.
 */
record DirectoryImage(Path dir) {
    /**
     * Copies the state of now. Nobody may change it meanwhile: the proxy has ended or is stopped.
     *
     * @param round directory of the round.
     * @param to    a directory to make.
     * @return the state.
     * @throws IOException where it can't be copied.
     */
    static DirectoryImage take(final Path round, final Path to) throws IOException {
        copy(ChildSettings.dataDir(round), ChildSettings.dataDir(to));
        copy(ChildSettings.archive(round), ChildSettings.archive(to));
        return new DirectoryImage(to);
    }

    private static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectories(to);
        for (final Path file : filesOf(from)) {
            final Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static List<Path> filesOf(final Path root) throws IOException {
        final List<Path> found = new ArrayList<>();
        if (Files.exists(root)) {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(final Path directory, final BasicFileAttributes attributes) {
                    return directory.equals(HeraldDirectory.spoolDir(root)) ?
                        FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
                    found.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return found;
    }

    /**
     * Puts the state back. The proxy has ended.
     *
     * @param round   directory of the round.
     * @param inPlace as a device is put back: files keep their inodes; otherwise as a backup is copied.
     * @throws IOException where it can't be.
     */
    void putBack(final Path round, final boolean inPlace) throws IOException {
        putBack(ChildSettings.dataDir(dir), ChildSettings.dataDir(round), inPlace);
        putBack(ChildSettings.archive(dir), ChildSettings.archive(round), inPlace);
    }

    private static void putBack(final Path from, final Path to, final boolean inPlace) throws IOException {
        for (final Path file : filesOf(to)) {
            if (!inPlace || !Files.exists(from.resolve(to.relativize(file)))) {
                Files.delete(file);
            }
        }
        for (final Path file : filesOf(from)) {
            final Path target = to.resolve(from.relativize(file));
            if (Files.exists(target)) {
                try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.TRUNCATE_EXISTING)) {
                    Files.copy(file, out);
                }
            } else {
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
