package herald.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a file keeps what is in it secret: its owner is root or the user that this process runs as, and nobody else
 * has access. A group may read where this process is a member, as container platforms give it; links are followed, as
 * those do too.
 */
public final class SecretFile {
    private static final int GROUP = 0070;
    private static final int GROUP_WRITE = 0020;
    private static final int OTHERS = 0007;

    private SecretFile() {
    }

    /**
     * Refuses a file that others may know or change.
     *
     * @param file that is there.
     * @throws IOException saying whose the file is and what would mend it.
     */
    public static void require(final Path file) throws IOException {
        require(file, -1);
    }

    /**
     * The same, where another user may own the file too.
     *
     * @param file  that is there.
     * @param place whose owner may own it.
     * @throws IOException saying whose the file is and what would mend it.
     */
    public static void require(final Path file, final Path place) throws IOException {
        require(file, uid(place.toRealPath()));
    }

    private static void require(final Path file, final int trusted) throws IOException {
        final Path real = file.toRealPath();
        if (!ProcessOwner.isRoots(real) && !ProcessOwner.owns(real) && uid(real) != trusted) {
            throw new IOException(file + " belongs to " + FileAccess.owner(real) + ": its owner must be the user " +
                "that reads it, or root; run chown " + System.getProperty("user.name") + " " + file);
        }
        final int mode = FileAccess.mode(real);
        if ((mode & OTHERS) != 0) {
            throw new IOException(file + " has permissions " + FileAccess.permissions(mode) +
                ": only its owner may read it; run chmod 600 " + file);
        }
        if ((mode & GROUP_WRITE) != 0) {
            throw new IOException(file + " has permissions " + FileAccess.permissions(mode) +
                ": its group may write to it; run chmod g-w " + file);
        }
        if ((mode & GROUP) != 0 && !ProcessOwner.isMember((Integer)Files.getAttribute(real, "unix:gid"))) {
            throw new IOException(file + " has permissions " + FileAccess.permissions(mode) +
                ": only its owner, or a group of the user that reads it, may read it; run chmod 600 " + file);
        }
    }

    private static int uid(final Path file) throws IOException {
        return (Integer)Files.getAttribute(file, "unix:uid");
    }
}
