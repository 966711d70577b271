package herald.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

/**
 * Who may use what Herald makes: its owner alone or, where that is wished for, the members of one group too. Modes are
 * set and not only asked for, so that the process's umask does not matter. Symbolic links are not followed. Immutable.
 */
public final class FileAccess {
    /** The owner's alone. */
    public static final FileAccess OWNER = new FileAccess(false, null);

    private static final int OWNER_FILE = 0600;
    private static final int OWNER_DIRECTORY = 0700;
    private static final int GROUP_FILE = 0660;
    private static final int GROUP_READABLE = 0640;
    /** With the group's bit: what is made inside is the group's. */
    private static final int GROUP_DIRECTORY = 02750;
    /** And with the sticky bit: members remove their own files alone. */
    private static final int GROUP_COMMON = 03770;
    private static final int GROUP_BITS = 0070;
    private static final int GROUP_SEARCH = 0010;
    private static final int OTHERS_SEARCH = 0001;

    private final boolean shared;
    private final GroupPrincipal group;

    private FileAccess(final boolean shared, final GroupPrincipal group) {
        this.shared = shared;
        this.group = group;
    }

    /**
     * The owner's and a group's.
     *
     * @param name of the group, or its number.
     * @return access for both.
     * @throws IllegalArgumentException where there is no such group, or this process can't give it anything.
     */
    public static FileAccess group(final String name) {
        try {
            if (name.startsWith("-")) {
                throw new UserPrincipalNotFoundException(name);
            }
            final GroupPrincipal group = FileSystems.getDefault().getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(name);
            if (!ProcessOwner.mayGiveTo(group)) {
                throw new IllegalArgumentException("group is \"" + name + "\", of which this user has to be a " +
                    "member: name one of its groups, or make it a member and start it anew");
            }
            return new FileAccess(true, group);
        } catch (final IOException | UnsupportedOperationException e) {
            throw new IllegalArgumentException("group is \"" + name + "\", which this host does not know: name one " +
                "of which this user is a member, or its number", e);
        }
    }

    /**
     * As a directory has it to which a group adds files: what is made in it is for that group.
     *
     * @param directory that is there.
     * @return the owner's alone, unless the directory's group may add files.
     * @throws IOException where it can't be looked at.
     */
    public static FileAccess in(final Path directory) throws IOException {
        return (mode(directory) & 02070) == 02070 ? new FileAccess(true, null) : OWNER;
    }

    /**
     * Whether a group has access.
     *
     * @return false where the owner alone has.
     */
    public boolean isShared() {
        return shared;
    }

    /** Bits that a mode may have. */
    int mask() {
        return shared ? GROUP_COMMON | GROUP_FILE : OWNER_DIRECTORY;
    }

    /**
     * Sets the mode of a file that is the owner's to write, and the group's.
     *
     * @param file that this user owns.
     * @throws IOException where it can't be set: says whose the file is.
     */
    public void file(final Path file) throws IOException {
        set(file, shared ? GROUP_FILE : OWNER_FILE);
    }

    /**
     * Sets the mode of a file that the group reads.
     *
     * @param file that this user owns.
     * @throws IOException where it can't be set.
     */
    public void readable(final Path file) throws IOException {
        set(file, shared ? GROUP_READABLE : OWNER_FILE);
    }

    /**
     * Sets the mode of a directory whose files the group uses, and to which it adds none.
     *
     * @param directory that this user owns.
     * @throws IOException where it can't be set.
     */
    public void directory(final Path directory) throws IOException {
        set(directory, shared ? GROUP_DIRECTORY : OWNER_DIRECTORY);
    }

    /**
     * Sets the mode of a directory to which the group adds files; its members can't remove each other's.
     *
     * @param directory that this user owns.
     * @throws IOException where it can't be set.
     */
    public void common(final Path directory) throws IOException {
        set(directory, shared ? GROUP_COMMON : OWNER_DIRECTORY);
    }

    /**
     * Lets the group through a directory that may have been made before, to what is for it inside. Without a group
     * nothing changes.
     *
     * @param directory that is there.
     * @throws IOException where the directory is another group's, or not this user's to change: says what to do.
     */
    public void passage(final Path directory) throws IOException {
        requirePassage(directory);
        if (!passes(directory)) {
            set(directory, mode(directory) | GROUP_SEARCH);
        }
    }

    /**
     * Refuses a directory that the group can't be let through; changes nothing.
     *
     * @param directory that is there.
     * @throws IOException where it is another group's: says what to do.
     */
    public void requirePassage(final Path directory) throws IOException {
        if (!passes(directory) && !isGroups(directory) && (mode(directory) & GROUP_BITS) != 0) {
            throw new IOException(directory + " is open to group " + view(directory).readAttributes().group() +
                " and closed to group " + group + ": give it to that group with chgrp, or choose another directory");
        }
    }

    /**
     * Whether the group can go through a directory.
     *
     * @param directory that is there.
     * @return true too where there is no group.
     * @throws IOException where it can't be looked at.
     */
    public boolean passes(final Path directory) throws IOException {
        return group == null || (mode(directory) & OTHERS_SEARCH) != 0 ||
            (isGroups(directory) && (mode(directory) & GROUP_SEARCH) != 0);
    }

    private boolean isGroups(final Path path) throws IOException {
        return view(path).readAttributes().group().equals(group);
    }

    private void set(final Path path, final int mode) throws IOException {
        try {
            if (group != null && !isGroups(path)) {
                view(path).setGroup(group);
            }
            if (mode(path) != mode) {
                Files.setAttribute(path, "unix:mode", mode, NOFOLLOW_LINKS);
            }
        } catch (final FileSystemException e) {
            throw new IOException("cannot give " + path + (group == null ? " to its owner alone" :
                " to group " + group + ", of which this user has to be a member") + ": " + reason(e), e);
        }
    }

    private static PosixFileAttributeView view(final Path path) {
        return Objects.requireNonNull(Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS));
    }

    /**
     * Permissions, and the three bits above them.
     *
     * @param path that is there; of a link, the link.
     * @return as the system numbers them.
     * @throws IOException where it can't be looked at.
     */
    public static int mode(final Path path) throws IOException {
        return (Integer)Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS) & 07777;
    }

    /**
     * A mode for people.
     *
     * @param mode as the system numbers it.
     * @return for example {@code rw-r-----}.
     */
    public static String permissions(final int mode) {
        final StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if ((mode & 0400 >> i) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return text.toString();
    }

    /**
     * Who owns a file.
     *
     * @param path of it; of a link, the link.
     * @return a name, or what is said where none can be had.
     */
    public static String owner(final Path path) {
        try {
            return Files.getOwner(path, NOFOLLOW_LINKS).getName();
        } catch (final IOException | UnsupportedOperationException e) {
            return "somebody else";
        }
    }

    /**
     * What went wrong with a file, for people: file systems say nothing but its name where it is closed to this user.
     *
     * @param failure of an operation on files.
     * @return a text without an end.
     */
    public static String reason(final Exception failure) {
        if (failure instanceof AccessDeniedException denied && denied.getFile() != null) {
            return denied.getFile() + ", which belongs to " + owner(nearest(Path.of(denied.getFile()))) +
                ", is closed to this user: give it access, or remove the file";
        }
        if (failure instanceof FileSystemException failed && failed.getFile() != null && failed.getReason() != null &&
            isAnothers(Path.of(failed.getFile()))) {
            return failed.getFile() + ", which belongs to " + owner(Path.of(failed.getFile())) + ": " +
                failed.getReason() + "; have that user remove it, or choose another place";
        }
        if (failure instanceof NoSuchFileException missing && missing.getReason() == null) {
            return missing.getFile() + ": neither it nor where it leads to is there";
        }
        final boolean says = failure.getMessage() != null &&
            (!(failure instanceof FileSystemException failed) || failed.getReason() != null);
        return says ? failure.getMessage() : failure.toString();
    }

    /** What is not there is closed by what should hold it. */
    private static Path nearest(final Path path) {
        Path there = path.toAbsolutePath();
        while (!Files.exists(there, NOFOLLOW_LINKS) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private static boolean isAnothers(final Path path) {
        try {
            return Files.exists(path, NOFOLLOW_LINKS) && !ProcessOwner.owns(path);
        } catch (final IOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return !shared ? "its owner" : group == null ? "its owner and its group" : "its owner and group " + group;
    }
}
