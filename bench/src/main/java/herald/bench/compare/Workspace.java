package herald.bench.compare;

import herald.io.TreeRemoval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes and files of a comparison. However the JVM ends, short of a kill, first the processes end and then the
 * files go. A child whose bench was killed ends by itself, at the end of its input.
 */
final class Workspace implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "herald-bench-";

    private final List<Process> processes = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();
    private final Thread hook = new Thread(this::release, "bench-workspace");

    Workspace() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** A directory on the disk of temporary files. */
    Path onDisk() throws IOException {
        return added(Files.createTempDirectory(PREFIX));
    }

    /** A directory in memory where there is a place for it, else on disk. */
    Path inMemory() throws IOException {
        return Files.isWritable(MEMORY) ? added(Files.createTempDirectory(MEMORY, PREFIX)) : onDisk();
    }

    private synchronized Path added(final Path directory) {
        directories.add(directory);
        return directory;
    }

    synchronized Process start(final ProcessBuilder builder) throws IOException {
        final Process process = builder.start();
        processes.add(process);
        return process;
    }

    private synchronized void release() {
        processes.forEach(Process::destroyForcibly);
        for (final Process process : processes) {
            process.onExit().join();
        }
        directories.forEach(TreeRemoval::remove);
        processes.clear();
        directories.clear();
    }

    @Override
    public void close() {
        release();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException ending) {
            // The JVM is ending: the hook finds nothing left to do.
        }
    }
}
