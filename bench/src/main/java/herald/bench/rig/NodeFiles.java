package herald.bench.rig;

import java.nio.file.Path;

/**
 * Where the processes of a node keep what.
 */
final class NodeFiles {
    private NodeFiles() {
    }

    /** The proxy's. */
    static Path dataDir(final Path dir) {
        return dir.resolve("data");
    }

    /** The key that proxy and recorders share over UDP. */
    static Path keyFile(final Path dir) {
        return dir.resolve("key");
    }

    /** Where recorders over UDP keep their spools. */
    static Path remoteSpoolDir(final Path dir) {
        return dir.resolve("remote-spool");
    }

    /** What the file writer writes. */
    static Path writtenFile(final Path dir) {
        return dir.resolve("written.ndjson");
    }
}
