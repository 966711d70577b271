package herald.writers.file;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

/**
 * Mode, owner and group of a file, to be given to the one that follows it.
 *
 * @param owner       user whose it is.
 * @param group       of it.
 * @param permissions that its mode grants.
 */
record FileLooks(UserPrincipal owner, GroupPrincipal group, Set<PosixFilePermission> permissions) {
    private static final Logger LOG = LoggerFactory.getLogger(FileLooks.class);

    static FileLooks of(final Path file) throws IOException {
        final PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        return new FileLooks(attributes.owner(), attributes.group(), attributes.permissions());
    }

    /** A group that the file can't be given to must not leave another one what it was allowed. */
    void giveTo(final Path file) throws IOException {
        final PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        final PosixFileAttributes now = view.readAttributes();
        final Set<PosixFilePermission> given = EnumSet.noneOf(PosixFilePermission.class);
        given.addAll(permissions);
        if (!group.equals(now.group())) {
            try {
                view.setGroup(group);
            } catch (final IOException e) {
                LOG.warn("{} is not of the group {}, as the one before it was: {}", file, group.getName(),
                    e.toString());
                given.removeAll(Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.GROUP_EXECUTE));
            }
        }
        view.setPermissions(given);
        if (!owner.equals(now.owner())) {
            try {
                view.setOwner(owner);
            } catch (final IOException e) {
                LOG.warn("{} does not belong to {}, as the one before it did: {}", file, owner.getName(), e.toString());
            }
        }
    }
}
