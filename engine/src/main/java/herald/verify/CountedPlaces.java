package herald.verify;

import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.Disk;
import herald.stage.ProxyCounter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far a proxy had come by its counters, which outlive its logs. What a proxy that runs counts up is read before the
 * log that it must be found in, what it counts before it deletes is read behind it.
 */
final class CountedPlaces {
    private final Disk disk;
    private final Path file;
    private final long dispatched;
    private final long dispatchLogsGone;

    private CountedPlaces(final Disk disk, final Path file) throws IOException {
        this.disk = disk;
        this.file = file;
        if (!isThere()) {
            dispatched = 0;
            dispatchLogsGone = 0;
            return;
        }
        try (CountersFile counters = CountersFile.read(disk, file)) {
            dispatched = counters.get(ProxyCounter.DISPATCHED_POSITION);
            dispatchLogsGone = counters.get(ProxyCounter.DISPATCH_LOGS_GONE);
        }
    }

    /**
     * Reads the counters, before the logs are read.
     *
     * @param disk that holds them.
     * @param root of the data directory.
     * @return what they say; nothing where they are missing or damaged.
     * @throws IOException where they can't be read.
     */
    static CountedPlaces read(final Disk disk, final Path root) throws IOException {
        return new CountedPlaces(disk, DataDirectory.counters(root));
    }

    /** Damage of them is a finding of its own. */
    private boolean isThere() throws IOException {
        return Files.exists(file) && CountersFile.damageOf(disk, file) == null;
    }

    /** The journal was dispatched up to here. */
    long dispatched() {
        return dispatched;
    }

    /** Starts that found the dispatch log gone or too short. */
    long dispatchLogsGone() {
        return dispatchLogsGone;
    }

    /**
     * Up to where the dispatch log was released. Read when the segments were listed.
     *
     * @param oldest position that the log is kept from.
     * @return as {@link CountersFile#releasedPosition}.
     * @throws IOException where the counters can't be read.
     */
    long released(final long oldest) throws IOException {
        if (!isThere()) {
            return oldest;
        }
        try (CountersFile counters = CountersFile.read(disk, file)) {
            return counters.releasedPosition(oldest);
        }
    }
}
