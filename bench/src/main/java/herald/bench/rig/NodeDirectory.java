package herald.bench.rig;

import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a node leaves on disk and in shared memory, and its processes: gone when this is closed, and also when the
 * rig is interrupted.
 */
final class NodeDirectory implements AutoCloseable {
    /** How its name begins. */
    static final String PREFIX = "herald-rig-";
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path dir;
    private final List<Path> driverDirs = new ArrayList<>();
    private final List<RigProcess> processes = new ArrayList<>();
    private final Thread hook = new Thread(this::remove, "rig-remove");

    private NodeDirectory(final Path dir) {
        this.dir = dir;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static NodeDirectory create(final Path parent) {
        try {
            Files.createDirectories(parent);
            final NodeDirectory created = new NodeDirectory(Files.createTempDirectory(parent, PREFIX));
            Files.createDirectory(NodeFiles.dataDir(created.dir));
            created.driverDirs.add(HeraldDirectory.aeronDir(NodeFiles.dataDir(created.dir)));
            return created;
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot make a data directory in " + parent, e);
        }
    }

    Path path() {
        return dir;
    }

    /** A directory for a media driver, which makes it. */
    synchronized Path addDriverDir(final String name) {
        final Path parent = Files.isWritable(MEMORY) ? MEMORY : dir;
        final Path driverDir = parent.resolve(dir.getFileName() + "-" + name);
        driverDirs.add(driverDir);
        return driverDir;
    }

    synchronized RigProcess add(final RigProcess process) {
        processes.add(process);
        return process;
    }

    private synchronized void remove() {
        processes.forEach(RigProcess::kill);
        driverDirs.forEach(TreeRemoval::remove);
        TreeRemoval.remove(dir);
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // It runs already, and finds nothing left.
            hook.interrupt();
        }
    }
}
