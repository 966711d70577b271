package herald.tools;

import herald.io.FileAccess;
import herald.io.SystemDisk;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the proxy of this node keeps its things: options of every command that meets it.
 */
final class DirectoryOptions {
    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Option(names = "--aeron-dir", paramLabel = "DIR",
        description = "Directory of the media driver; default: that of the data directory.")
    private Path aeronDir;

    @Option(names = "--spool-dir", paramLabel = "DIR",
        description = "Directory of recorders' spools; default: spool in the data directory.")
    private Path spoolDir;

    /**
     * Makes the data directory where the Aeron directory is named after it: the name follows from its real path, which
     * a directory only has once it is there.
     */
    void prepare() {
        if (aeronDir != null) {
            return;
        }
        try {
            SystemDisk.INSTANCE.createDirectories(dataDir());
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot create data directory " + dataDir() + " (" +
                FileAccess.reason(e) + "); name another one with --data-dir", e);
        }
    }

    Path dataDir() {
        return dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir;
    }

    /** The data directory that the command belongs to; null where only the media driver's directory says where to. */
    Path namedDataDir() {
        final boolean said = dataDir != null || System.getenv(HeraldDirectory.DATA_DIR_VARIABLE) != null;
        return said || aeronDir == null ? dataDir() : null;
    }

    /** Null where it follows from the data directory. */
    String namedAeronDir() {
        return aeronDir == null ? null : aeronDir.toString();
    }

    boolean namesNoAeronDir() {
        return aeronDir == null;
    }

    Path remoteSpoolDir(final Endpoint proxy) {
        return spoolDir == null ? HeraldDirectory.remoteSpoolDir(dataDir(), proxy) : spoolDir;
    }

    Path spoolDir() {
        return spoolDir == null ? HeraldDirectory.spoolDir(dataDir()) : spoolDir;
    }
}
