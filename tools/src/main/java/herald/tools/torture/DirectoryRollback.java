package herald.tools.torture;

import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.recorder.SpoolFile;
import herald.recorder.SpoolInspection;
import herald.stage.ProxyCounter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Puts a data directory back to an earlier state under recorders that live, and keeps what was done since, for the
 * oracle to compare with.
 *
 * <pre>
 *   ──────── begin ──────────── end        what was done since: Abandoned
 *               └────────────────────────► what is done from then on
 * </pre>
 */
final class DirectoryRollback {
    /** How many ways there are: in place or by a copy, of a proxy that is killed or stops in order. */
    static final int WAYS = 4;

    private static final long MAX_WAIT_MS = 3_000;
    private static final int BY_COPY = 1;
    private static final int IN_ORDER = 2;

    private final Node node;
    private DirectoryImage before;
    private long journaled;
    private List<Collector.Mark> marks;
    private Abandoned abandoned;

    /**
     * What was done after the state that was put back.
     *
     * @param image      what the data directory was at last.
     * @param collectors what each collector had got until then, over its connections.
     * @param spools     recorders who could say what was acknowledged to them: their spools were there.
     */
    record Abandoned(
        DirectoryImage image, List<List<Collector.Connection>> collectors, Set<UUID> spools) {
    }

    DirectoryRollback(final Node node) {
        this.node = node;
    }

    /** Takes the state to be put back, at a moment, as a device's snapshot does. */
    void begin() throws IOException, InterruptedException, Difference {
        node.proxy().pauseWholly(node.patienceMs());
        before = DirectoryImage.take(node.dir(), node.dir().resolve("before"));
        journaled = journaled();
        marks = node.collectors().stream().map(Collector::mark).toList();
        node.proxy().resume();
    }

    /**
     * Puts the state back, and starts a proxy in it.
     *
     * @param way below {@link #WAYS}.
     */
    void end(final int way) throws IOException, InterruptedException, Difference {
        // On a busy host a proxy may not have come so far: then there is nothing to be lost.
        Await.until(() -> journaled() > journaled, MAX_WAIT_MS);
        if ((way & IN_ORDER) != 0) {
            node.proxy().terminate();
            node.awaitEnd(node.proxy());
        } else {
            node.proxy().kill();
        }
        final DirectoryImage after = DirectoryImage.take(node.dir(), node.dir().resolve("abandoned"));
        final List<List<Collector.Connection>> got = new ArrayList<>();
        for (int i = 0; i < marks.size(); i++) {
            got.add(node.collectors().get(i).rollBack(marks.get(i)));
        }
        abandoned = new Abandoned(after, got, recordersWithSpools());
        final boolean inPlace = (way & BY_COPY) == 0;
        before.putBack(node.dir(), inPlace);
        if (!inPlace) {
            node.adoptCopy();
        }
        node.startProxy();
    }

    private long journaled() throws IOException {
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(node.dataDir()))) {
            return counters.get(ProxyCounter.JOURNALED);
        }
    }

    private Set<UUID> recordersWithSpools() throws IOException {
        final Set<UUID> recorders = new HashSet<>();
        for (final Path directory : node.spoolDirs()) {
            final boolean here = directory.equals(node.spoolDir());
            for (final Path file : SystemDisk.INSTANCE.list(directory, SpoolFile.SUFFIX)) {
                final SpoolInspection spool = SpoolInspection.of(SystemDisk.INSTANCE, file);
                // The proxy does not see the spools of the other host: who lives there, or has left events, tells.
                if (here || spool.inUse() || spool.events() > 0) {
                    recorders.add(spool.recorderId());
                }
            }
        }
        return recorders;
    }

    /** What was done after the state that was put back; null where none was. */
    Abandoned abandoned() {
        return abandoned;
    }
}
