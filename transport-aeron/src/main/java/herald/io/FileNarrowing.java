package herald.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

/**
 * Takes from other users what is open to them among the files that Herald made: those of versions that did not care, or
 * of somebody who changed them. Links are not followed, and files of other users are told and left. One thread's.
 */
public final class FileNarrowing {
    private static final int OTHERS = 0077;
    private static final int MODE = 07777;

    private final List<Path> narrowed = new ArrayList<>();
    private final List<Path> foreign = new ArrayList<>();

    /**
     * Narrows a file, or a directory with everything in it, to its owner.
     *
     * @param path that may be missing.
     * @throws IOException where it can't be read or changed.
     */
    public void tree(final Path path) throws IOException {
        tree(path, FileAccess.OWNER, inside -> true);
    }

    /**
     * The same, where a group has access too, and adds files, and not all in a directory is Herald's.
     *
     * @param path   that may be missing.
     * @param access wanted.
     * @param own    says whether what is in a directory is Herald's; what is not is left with all that is in it.
     * @throws IOException where it can't be read or changed.
     */
    public void tree(final Path path, final FileAccess access, final Predicate<Path> own) throws IOException {
        try {
            if (Files.isSymbolicLink(path)) {
                return;
            }
            final boolean isDirectory = Files.isDirectory(path, NOFOLLOW_LINKS);
            if (isDirectory || Files.isRegularFile(path, NOFOLLOW_LINKS)) {
                narrow(path, isDirectory, access);
            }
            if (isDirectory) {
                try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
                    for (final Path one : inside) {
                        if (own.test(one)) {
                            tree(one, access, own);
                        }
                    }
                }
            }
        } catch (final NoSuchFileException e) {
            // Deleted meanwhile.
        }
    }

    /**
     * Narrows a file or a directory to its owner, and nothing that is in it.
     *
     * @param path that may be missing.
     * @throws IOException where it can't be changed.
     */
    public void one(final Path path) throws IOException {
        final boolean isDirectory = Files.isDirectory(path, NOFOLLOW_LINKS);
        if (isDirectory || Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            try {
                narrow(path, isDirectory, FileAccess.OWNER);
            } catch (final NoSuchFileException e) {
                // Deleted meanwhile.
            }
        }
    }

    /** A member of the group may have linked a file of ours, of which it must not get more than it has. */
    private void narrow(final Path path, final boolean isDirectory, final FileAccess access) throws IOException {
        final int before = FileAccess.mode(path);
        if (!ProcessOwner.owns(path)) {
            if ((before & ~access.mask() & OTHERS) != 0) {
                foreign.add(path);
            }
            return;
        }
        if (access.isShared() && isDirectory) {
            access.common(path);
        } else if (access.isShared() && (Integer)Files.getAttribute(path, "unix:nlink", NOFOLLOW_LINKS) == 1) {
            access.file(path);
        } else if ((before & OTHERS) != 0) {
            Files.setAttribute(path, "unix:mode", before & MODE & ~OTHERS, NOFOLLOW_LINKS);
        }
        if ((before & ~FileAccess.mode(path) & OTHERS) != 0) {
            narrowed.add(path);
        }
    }

    /**
     * What was open to other users and is not any more.
     *
     * @return in the order in which it was found.
     */
    public List<Path> narrowed() {
        return narrowed;
    }

    /**
     * What is open to others and belongs to another user, who alone can change it.
     *
     * @return in the order in which it was found.
     */
    public List<Path> foreign() {
        return foreign;
    }
}
