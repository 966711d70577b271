package herald.tools.torture;

import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.recorder.OrphanSpool;
import herald.recorder.SpoolFile;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Deletes the lock files of the data directory and of all spools, or the marks beside them, and tries to get in: no
 * second proxy may start there, and nobody may be given the spool of a recorder that lives.
 */
final class LockDeletion {
    /** How many ways there are: the locks, or the marks. */
    static final int WAYS = 2;

    private static final String IN_USE = "is in use by another proxy";
    private static final String LOCK = ".lock";
    private static final String MARK = ".owner";

    private final Node node;

    LockDeletion(final Node node) {
        this.node = node;
    }

    /**
     * Deletes files and tries to get in.
     *
     * @param way below {@link #WAYS}.
     */
    void run(final int way) throws IOException, InterruptedException, Difference {
        if (way == 0) {
            Files.deleteIfExists(DataDirectory.lock(node.dataDir()));
        } else {
            delete(node.dataDir(), MARK);
        }
        for (final Path directory : node.spoolDirs()) {
            delete(directory, way == 0 ? LOCK : MARK);
            trySpools(directory);
        }
        tryDataDirectory();
    }

    private static void delete(final Path directory, final String suffix) throws IOException {
        for (final Path file : SystemDisk.INSTANCE.list(directory, suffix)) {
            Files.deleteIfExists(file);
        }
    }

    /** The same command again, while the proxy runs. */
    private void tryDataDirectory() throws IOException, InterruptedException, Difference {
        final ChildProcess first = node.proxy();
        if (!first.isAlive() || first.isEndExpected() || !first.hasSaid(ProxyChild.READY)) {
            return;
        }
        final ChildProcess second = node.startSecondProxy();
        final boolean ended = Await.until(
            () -> !second.isAlive() || second.hasSaid(ProxyChild.READY), node.patienceMs());
        if (!ended || second.isAlive() || second.exitCode() == 0 || !second.hasComplainedOf(IN_USE)) {
            throw new Difference(second + " was started beside " + first + ", and is not refused as it has to be");
        }
    }

    /** Whose spools these are, the kernel knows: a process that lives has its own mapped. */
    private void trySpools(final Path directory) throws IOException, Difference {
        final Map<Path, ChildProcess> owners = new HashMap<>();
        for (final ChildProcess recorder : node.recorders()) {
            if (recorder.isAlive() && !recorder.isEndExpected()) {
                for (final Path file : recorder.mappedFiles(SpoolFile.SUFFIX)) {
                    owners.put(file, recorder);
                }
            }
        }
        final List<OrphanSpool> taken =
            SpoolFile.acquireOrphans(SystemDisk.INSTANCE, directory, error -> { });
        try {
            for (final OrphanSpool spool : taken) {
                final ChildProcess owner = owners.get(spool.file().toRealPath());
                if (owner != null) {
                    throw new Difference("spool " + spool.file() + " of " + owner + ", which lives, was given away");
                }
            }
        } finally {
            CloseHelper.closeAll(taken);
        }
    }
}
