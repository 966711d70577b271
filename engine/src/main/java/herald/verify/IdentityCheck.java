package herald.verify;

import herald.engine.DataDirectory;
import herald.io.Disk;
import herald.link.DirectoryIdentity;
import herald.link.IdentityFile;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Looks whether a data directory is the one that it was, as a start of the proxy does.
 */
final class IdentityCheck {
    private IdentityCheck() {
    }

    /**
     * Looks at an identity, once the journal was read: a start writes the identity first.
     *
     * @param disk      that holds the data directory.
     * @param root      of it.
     * @param journaled id of the directory by its journal.
     * @return why no proxy starts there; nothing where one does.
     * @throws IOException where it can't be read.
     */
    static List<Finding> of(final Disk disk, final Path root, final UUID journaled) throws IOException {
        final Path file = DirectoryIdentity.file(root);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // Told with what else keeps a proxy from starting.
            return List.of();
        }
        if (Files.exists(file) && !Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString());
        }
        final String doubt = DataDirectory.doubt(IdentityFile.open(disk, root), journaled);
        return doubt == null ? List.of() : List.of(new Finding(file, 0, file.toFile().length(),
            "the data directory " + doubt + ": the proxy does not start", new Remedy("leave it: if the directory is " +
                "to go on by itself, a copy or a backup that was restored, start the proxy once with --adopt-copy: " +
                "it gets an identity of its own then", false, aside -> { })));
    }
}
