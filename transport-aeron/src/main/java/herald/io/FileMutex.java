package herald.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ownership of a file by one holder on this host, gone with the process that held it.
 *
 * <p>Three things say who holds it, since each of them alone can be lost:
 * <ul>
 * <li>A POSIX record lock, which the kernel drops with the process. It belongs to process and file, so closing any
 * descriptor of the file drops it, and it stays with the file where the name is deleted.
 * <li>An {@link OwnerMark} in the file, and another one in {@code .NAME.owner} beside it, where the name is deleted.
 * Whoever gets the lock and finds the mark of a process that lives does not have it.
 * <li>{@link HeldFiles}, for this JVM.
 * </ul>
 */
public final class FileMutex implements AutoCloseable {
    /** A line for each lock; the sixth word is the device, whose number may differ from the file's, and the inode. */
    private static final Path SYSTEM_LOCKS = Path.of("/proc/locks");
    private static final int ATTEMPTS = 100;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<OpenOption> OPEN =
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE = Set.of(
        StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    /** Descriptors of files that something else in this JVM has locked: closed, they would drop that lock. */
    private static final List<FileChannel> NEVER_CLOSED = new ArrayList<>();

    private final Path key;
    private final FileIdentity identity;
    private final FileChannel channel;

    private FileMutex(final Path key, final FileIdentity identity, final FileChannel channel) {
        this.key = key;
        this.identity = identity;
        this.channel = channel;
    }

    /**
     * Takes the file if nobody has it.
     *
     * @param file created where it is missing; its content does not matter, and becomes the owner's mark where it is
     *             empty.
     * @return the mutex, or null where this or another process holds it.
     * @throws IOException where the file can't be opened, or is no regular one.
     */
    public static FileMutex tryAcquire(final Path file) throws IOException {
        return tryAcquire(file, FileAccess.OWNER);
    }

    /**
     * The same, where who else may hold the file is said.
     *
     * @param file   created where it is missing.
     * @param access of the file and its mark, where they are made.
     * @return the mutex, or null where this or another process holds it.
     * @throws IOException where the file can't be opened, or is no regular one.
     */
    public static FileMutex tryAcquire(final Path file, final FileAccess access) throws IOException {
        final Path key = keyOf(file);
        synchronized (HeldFiles.MONITOR) {
            return Uninterrupted.call(() -> tryAcquireLocked(key, access));
        }
    }

    private static FileMutex tryAcquireLocked(final Path key, final FileAccess access) throws IOException {
        if (HeldFiles.contains(key, FileIdentity.of(key))) {
            return null;
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final FileIdentity before = FileIdentity.of(key);
            if (before == null && isAnothers(markBeside(key))) {
                // Deleted under its owner, who would find another file in its place.
                return null;
            }
            final FileChannel channel = open(key, before, access);
            final FileIdentity identity = FileIdentity.of(key);
            if (channel != null && identity != null && (before == null || before.equals(identity))) {
                return lock(key, identity, channel, access);
            }
            if (channel != null) {
                channel.close();
            }
        }
        throw new IOException(key + " is replaced again and again: find out by whom");
    }

    /** Null where the file came or went meanwhile. */
    private static FileChannel open(final Path key, final FileIdentity before, final FileAccess access)
        throws IOException {
        try {
            if (before == null) {
                return create(key, access);
            }
            requireRegular(key);
            return FileChannel.open(key, OPEN);
        } catch (final FileAlreadyExistsException e) {
            return null;
        } catch (final NoSuchFileException e) {
            if (before == null) {
                throw e;
            }
            return null;
        }
    }

    private static FileChannel create(final Path file, final FileAccess access) throws IOException {
        final FileChannel channel = FileChannel.open(file, CREATE, OWNER_ONLY);
        boolean made = false;
        try {
            if (access.isShared()) {
                access.file(file);
            }
            made = true;
            return channel;
        } finally {
            if (!made) {
                channel.close();
            }
        }
    }

    private static void requireRegular(final Path file) throws IOException {
        final BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new IOException("lock file " + file + " is " + (attributes.isDirectory() ? "a directory" :
                attributes.isSymbolicLink() ? "a symbolic link" : "a pipe, socket or device") +
                ", no regular file: remove it");
        }
    }

    private static FileMutex lock(
        final Path key, final FileIdentity identity, final FileChannel channel, final FileAccess access)
        throws IOException {
        boolean kept = false;
        try {
            final FileLock lock = channel.tryLock();
            if (lock == null || !identity.equals(FileIdentity.of(key)) || owner(key, channel, identity) != null) {
                return null;
            }
            mark(key, channel, identity, access);
            HeldFiles.add(key, identity);
            kept = true;
            return new FileMutex(key, identity, channel);
        } catch (final OverlappingFileLockException e) {
            NEVER_CLOSED.add(channel);
            kept = true;
            return null;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    /**
     * The mark beside a lock file that says who has it.
     *
     * @param key the lock file.
     * @return its path, whether it is there or not.
     */
    public static Path markFile(final Path key) {
        return key.resolveSibling("." + key.getFileName() + ".owner");
    }

    /**
     * What is wrong with a lock file or a mark that nobody in this process holds, so that it can't be taken or tells
     * nothing.
     *
     * @param file that may be missing.
     * @return for people; null where nothing is.
     * @throws IOException where it can't be read.
     */
    public static String defectOf(final Path file) throws IOException {
        final Path key = keyOf(file);
        synchronized (HeldFiles.MONITOR) {
            final FileIdentity identity = FileIdentity.of(key);
            if (identity == null || HeldFiles.contains(key, identity)) {
                return null;
            }
            if (!Files.isRegularFile(key, LinkOption.NOFOLLOW_LINKS)) {
                return "it is no regular file: nobody can hold it, or say in it who does";
            }
            try (FileChannel channel =
                FileChannel.open(key, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                return OwnerMark.hasPlace(channel) ? null : "it holds " + channel.size() +
                    " bytes that no owner wrote, and does not say who has it";
            }
        }
    }

    /** The living process that either mark names; null where there is none. */
    private static OwnerMark owner(final Path key, final FileChannel channel, final FileIdentity identity)
        throws IOException {
        final OwnerMark inside = OwnerMark.read(channel, identity);
        if (isAnothers(inside)) {
            return inside;
        }
        final OwnerMark beside = markBeside(key);
        return isAnothers(beside) ? beside : null;
    }

    /** A mark of this process that is not among {@link HeldFiles} came back with an older state of the directory. */
    private static boolean isAnothers(final OwnerMark mark) {
        return mark != null && mark.isAlive() && !mark.isOfThisProcess();
    }

    private static OwnerMark markBeside(final Path key) throws IOException {
        final Path file = markFile(key);
        final FileIdentity identity = FileIdentity.of(file);
        if (identity == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (FileChannel channel =
            FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            return OwnerMark.read(channel, identity);
        } catch (final NoSuchFileException | AccessDeniedException e) {
            return null;
        }
    }

    /** A mark that can't be written, on a full disk, leaves the lock as it is. */
    private static void mark(
        final Path key, final FileChannel channel, final FileIdentity identity, final FileAccess access) {
        try {
            if (OwnerMark.hasPlace(channel)) {
                OwnerMark.here(identity).write(channel);
            }
            final Path beside = markFile(key);
            try (FileChannel markChannel = openMark(beside, access)) {
                OwnerMark.here(FileIdentity.of(beside)).write(markChannel);
            }
        } catch (final IOException e) {
            // The lock holds as long as nobody deletes the file or closes a descriptor of it in this process.
        }
    }

    /** Where a directory is shared, the mark of another user can't be removed, but it can be written over. */
    private static FileChannel openMark(final Path beside, final FileAccess access) throws IOException {
        if (Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
            if (access.isShared() && !ProcessOwner.owns(beside)) {
                return FileChannel.open(beside, OPEN);
            }
            Files.deleteIfExists(beside);
        }
        return create(beside, access);
    }

    /**
     * Whether somebody holds the file, without taking it for a moment: so nobody is refused meanwhile.
     *
     * @param file that may be missing.
     * @return false where nobody does, or where it is held in a container that this process can't see into.
     * @throws IOException where that can't be found out.
     */
    public static boolean isHeld(final Path file) throws IOException {
        final Path key = keyOf(file);
        final FileIdentity identity = FileIdentity.of(key);
        synchronized (HeldFiles.MONITOR) {
            if (HeldFiles.contains(key, identity)) {
                return true;
            }
            final OwnerMark beside = markBeside(key);
            if (identity == null || isAnothers(beside)) {
                return isAnothers(beside);
            }
            if (!Files.exists(SYSTEM_LOCKS)) {
                final FileMutex mutex = tryAcquire(file);
                if (mutex != null) {
                    mutex.close();
                }
                return mutex == null;
            }
        }
        final String end = ":" + identity.inode();
        try (Stream<String> locks = Files.lines(SYSTEM_LOCKS)) {
            return locks.anyMatch(line -> Arrays.stream(line.split(" ")).anyMatch(word -> word.endsWith(end)));
        }
    }

    /**
     * Says who holds a file that could not be taken.
     *
     * @param file that was asked for.
     * @return for example {@code process 4711, java}; {@code another process} where it does not say.
     */
    public static String holderOf(final Path file) {
        try {
            final Path key = keyOf(file);
            synchronized (HeldFiles.MONITOR) {
                if (HeldFiles.contains(key, FileIdentity.of(key))) {
                    return "this process, " + ProcessHandle.current().pid();
                }
            }
            final OwnerMark mark = markBeside(key);
            return mark != null && mark.isAlive() ? mark.describe() : "another process";
        } catch (final IOException e) {
            return "another process";
        }
    }

    /** One file may have several paths, over links; the file itself is none. */
    private static Path keyOf(final Path file) throws IOException {
        final Path absolute = file.toAbsolutePath();
        final Path directory = absolute.getParent();
        return Files.exists(directory) ? directory.toRealPath().resolve(absolute.getFileName()) : absolute;
    }

    /**
     * The file that is held.
     *
     * @return its absolute path.
     */
    public Path file() {
        return key;
    }

    @Override
    public void close() {
        synchronized (HeldFiles.MONITOR) {
            if (!channel.isOpen()) {
                return;
            }
            try {
                unmark();
                channel.close();
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot release " + key, e);
            } finally {
                HeldFiles.remove(key, identity);
            }
        }
    }

    private static void removeMark(final Path beside) throws IOException {
        if (ProcessOwner.owns(beside)) {
            Files.deleteIfExists(beside);
        } else {
            try (FileChannel another = FileChannel.open(beside, OPEN)) {
                another.truncate(0);
            }
        }
    }

    private void unmark() {
        try {
            final OwnerMark inside = OwnerMark.read(channel, identity);
            if (inside != null && inside.isOfThisProcess()) {
                channel.truncate(0);
            }
            final OwnerMark beside = markBeside(key);
            if (beside != null && beside.isOfThisProcess()) {
                removeMark(markFile(key));
            }
        } catch (final IOException e) {
            // The mark of a process that is gone is worth nothing.
        }
    }
}
