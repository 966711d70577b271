package herald.bench;

import herald.io.TreeRemoval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A benchmark's data, deleted when it is closed or, where the benchmark failed, when the JVM ends.
 */
public final class TempDirectory implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "herald-bench-";

    private final Path path;
    private final Thread hook;

    private TempDirectory(final Path path) {
        this.path = path;
        this.hook = new Thread(this::delete, "herald-bench-delete");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * A directory where temporary files are: choose a disk with {@code -Djava.io.tmpdir}.
     *
     * @return it, empty.
     */
    public static TempDirectory onDisk() {
        try {
            return new TempDirectory(Files.createTempDirectory(PREFIX));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A directory in memory, where the machine has a place for it.
     *
     * @return it, empty.
     */
    public static TempDirectory inMemory() {
        if (!Files.isWritable(MEMORY)) {
            return onDisk();
        }
        try {
            return new TempDirectory(Files.createTempDirectory(MEMORY, PREFIX));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Where it is.
     *
     * @return its path.
     */
    public Path path() {
        return path;
    }

    private void delete() {
        TreeRemoval.remove(path);
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
