package herald.link;

import herald.io.FileAccess;
import herald.io.ProcessOwner;
import io.aeron.CncFileDescriptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

/**
 * Whose the directory is in which a media driver is looked for: its name can be guessed, and in shared memory anybody
 * may take it. Who owns it reads what goes through the driver, and may hold up who opens a file there: nothing is
 * opened here.
 */
public final class DriverOwner {
    private static final int GROUP = 0070;

    private DriverOwner() {
    }

    /**
     * Refuses what another user has put there, and what can't be a driver's file.
     *
     * @param directoryName in which a driver is, or will be; it may be missing.
     * @param dataDir       of the proxy that the driver is for, whose owner is trusted; null where none is named.
     * @throws IllegalStateException where directory, link or driver's file belong neither to this user, nor to root,
     *                               nor to the owner of the data directory, and are no group's of this process, or
     *                               where something else has the name of the driver's file: says what is there, whose
     *                               it is and what to do.
     */
    public static void require(final String directoryName, final Path dataDir) {
        try {
            final Path directory = Path.of(directoryName).toAbsolutePath();
            requireTrusted(directory, dataDir);
            if (Files.exists(directory)) {
                requireTrusted(directory.toRealPath(), dataDir);
                final Path cncFile = directory.resolve(CncFileDescriptor.CNC_FILE);
                requireTrusted(cncFile, dataDir);
                if (Files.exists(cncFile)) {
                    requireTrusted(cncFile.toRealPath(), dataDir);
                    requireFile(cncFile);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot tell whose " + directoryName + " is: " + FileAccess.reason(e), e);
        }
    }

    private static void requireTrusted(final Path path, final Path dataDir) throws IOException {
        if (Files.exists(path, NOFOLLOW_LINKS) && !isTrusted(path, dataDir)) {
            throw new IllegalStateException(path + " belongs to " + FileAccess.owner(path) + ", who would read what " +
                "goes through a media driver there: have it removed, choose another directory with --aeron-dir, or " +
                "let that driver in with the option --group of a group of this user");
        }
    }

    private static void requireFile(final Path cncFile) {
        if (!Files.isRegularFile(cncFile)) {
            throw new IllegalStateException(cncFile + " is " + (Files.isDirectory(cncFile) ? "a directory" :
                "a pipe, a socket or a device") + ", no file of a media driver: remove it, or choose another " +
                "directory with --aeron-dir");
        }
    }

    private static boolean isTrusted(final Path path, final Path dataDir) throws IOException {
        if (ProcessOwner.isRoots(path) || ProcessOwner.owns(path)) {
            return true;
        }
        final int owner = (Integer)Files.getAttribute(path, "unix:uid", NOFOLLOW_LINKS);
        if (dataDir != null && Files.exists(dataDir) && owner == (Integer)Files.getAttribute(dataDir, "unix:uid")) {
            return true;
        }
        return (FileAccess.mode(path) & GROUP) != 0 &&
            ProcessOwner.isMember((Integer)Files.getAttribute(path, "unix:gid", NOFOLLOW_LINKS));
    }
}
