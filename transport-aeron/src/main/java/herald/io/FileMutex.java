package herald.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ownership of a file by one holder on this host, gone with the process that held it.
 *
 * <p>POSIX record locks belong to a process, and closing any descriptor of a file drops all of them. So the files
 * held within this process are remembered, and one that is held here is never opened a second time.
 */
public final class FileMutex implements AutoCloseable {
    private static final Set<Path> HELD_HERE = new HashSet<>();

    /** A line for each lock; the sixth word is the device, whose number may differ from the file's, and the inode. */
    private static final Path SYSTEM_LOCKS = Path.of("/proc/locks");

    private final Path key;
    private final FileChannel channel;

    private FileMutex(final Path key, final FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Takes the file if nobody has it.
     *
     * @param file created where it is missing; its content does not matter.
     * @return the mutex, or null where this or another process holds it.
     * @throws IOException where the file can't be opened.
     */
    public static FileMutex tryAcquire(final Path file) throws IOException {
        final Path key = realPath(file);
        synchronized (HELD_HERE) {
            if (!HELD_HERE.add(key)) {
                return null;
            }
            FileMutex mutex = null;
            try {
                mutex = lock(key);
                return mutex;
            } finally {
                if (mutex == null) {
                    HELD_HERE.remove(key);
                }
            }
        }
    }

    /**
     * Whether somebody holds the file, without taking it for a moment: so nobody is refused meanwhile.
     *
     * @param file that may be missing.
     * @return false where nobody does, or where it is held in a container that this process can't see into.
     * @throws IOException where that can't be found out.
     */
    public static boolean isHeld(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        synchronized (HELD_HERE) {
            if (HELD_HERE.contains(realPath(file))) {
                return true;
            }
        }
        if (!Files.exists(SYSTEM_LOCKS)) {
            final FileMutex mutex = tryAcquire(file);
            if (mutex != null) {
                mutex.close();
            }
            return mutex == null;
        }
        final String end = ":" + Files.getAttribute(file, "unix:ino");
        try (Stream<String> locks = Files.lines(SYSTEM_LOCKS)) {
            return locks.anyMatch(line -> Arrays.stream(line.split(" ")).anyMatch(word -> word.endsWith(end)));
        }
    }

    /** One file may have several paths, over links. */
    private static Path realPath(final Path file) throws IOException {
        final Path absolute = file.toAbsolutePath();
        return Files.exists(absolute) ? absolute.toRealPath() :
            absolute.getParent().toRealPath().resolve(absolute.getFileName());
    }

    private static FileMutex lock(final Path key) throws IOException {
        final FileChannel channel = FileChannel.open(
            key,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileLock lock = null;
        try {
            lock = channel.tryLock();
            return lock == null ? null : new FileMutex(key, channel);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
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
        synchronized (HELD_HERE) {
            try {
                channel.close();
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot release " + key, e);
            } finally {
                HELD_HERE.remove(key);
            }
        }
    }
}
