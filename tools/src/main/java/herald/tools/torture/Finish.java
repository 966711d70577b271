package herald.tools.torture;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.recorder.OrphanSpool;
import herald.recorder.SpoolFile;
import herald.writer.Bookmark;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Brings a tortured node to rest: everything runs again, recorders have everything acknowledged, spools are drained,
 * batches are delivered, and the proxy is stopped in order.
 */
final class Finish {
    private static final int MAX_STOPS = 5;

    private final Node node;

    Finish(final Node node) {
        this.node = node;
    }

    /**
     * Brings the node to rest.
     *
     * @throws Difference where it does not come to rest.
     */
    void run() throws IOException, InterruptedException, Difference {
        heal();
        finishRecorders(node.recorders());
        drainOtherHost();
        int stops = 0;
        do {
            if (stops++ == MAX_STOPS) {
                throw new Difference("stuck: spools or writers are not drained after " + MAX_STOPS + " stops in order");
            }
            node.startProxy();
            await("spools are not drained", () -> orphans(node.spoolDir()) == 0);
            await("batches are not delivered", this::isDelivered);
            node.proxy().terminate();
            node.awaitEnd(node.proxy());
        } while (node.proxy().exitCode() != 0 || orphans(node.spoolDir()) > 0 || !isDelivered());
    }

    private void heal() throws IOException, InterruptedException, Difference {
        if (node.disk() != null) {
            node.disk().free();
        }
        for (final Collector collector : node.collectors()) {
            collector.heal();
        }
        if (node.syslog() != null) {
            node.syslog().heal();
        }
        for (final ChildProcess process : node.processes()) {
            process.resume();
            node.awaitEnd(process);
        }
        node.tend();
        node.startAll();
        node.awaitStarted();
    }

    /** What a recorder has not sent that is gone, the next one of its host sends when it starts. */
    private void drainOtherHost() throws IOException, InterruptedException, Difference {
        final Path spools = ChildSettings.read(node.dir()).remoteSpoolDir();
        for (int starts = 0; orphans(spools) > 0; starts++) {
            if (starts == MAX_STOPS) {
                throw new Difference("stuck: spools of the other host are not drained after " + starts + " starts");
            }
            node.startRecorder(0);
            node.awaitStarted();
            finishRecorders(List.of(node.recorder(0)));
        }
    }

    private void finishRecorders(final List<ChildProcess> recorders)
        throws IOException, InterruptedException, Difference {
        for (final ChildProcess recorder : recorders) {
            recorder.finish();
        }
        for (final ChildProcess recorder : recorders) {
            await(recorder + " does not get its events acknowledged", () -> !recorder.isAlive());
            if (recorder.exitCode() != 0 || !recorder.hasSaid(RecorderChild.DRAINED)) {
                throw new Difference(recorder + " ended before its events were acknowledged");
            }
        }
    }

    private void await(final String otherwise, final Await.Condition condition)
        throws IOException, InterruptedException, Difference {
        final boolean met = Await.until(() -> {
            node.tend();
            return condition.isMet();
        }, node.patienceMs());
        if (!met) {
            throw new Difference("stuck: " + otherwise + " within " + node.patienceMs() + " ms");
        }
    }

    /** Spools with events that no process has. */
    private static int orphans(final Path spoolDir) throws IOException {
        final List<OrphanSpool> orphans =
            SpoolFile.acquireOrphans(SystemDisk.INSTANCE, spoolDir, error -> { });
        CloseHelper.closeAll(orphans);
        return orphans.size();
    }

    /** Whether every collector has the last entry that is in the dispatch log so far, and syslog and manager too. */
    private boolean isDelivered() throws IOException {
        Delivery last = null;
        SyslogDelivery lastMessage = null;
        long end = 0;
        try (DispatchReader reader = new DispatchReader(
            SystemDisk.INSTANCE, DataDirectory.dispatch(node.dataDir()), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                last = Delivery.of(batch, batch.size() - 1);
                lastMessage = SyslogDelivery.of(batch.event(batch.size() - 1));
                end = batch.nextPosition();
            }
        }
        for (final Collector collector : node.collectors()) {
            if (last != null && !last.equals(collector.last())) {
                return false;
            }
        }
        if (node.syslog() != null && last != null && !lastMessage.equals(node.syslog().last())) {
            return false;
        }
        return node.manager() == null || last == null || acknowledgedPosition() >= end;
    }

    /** Up to where the manager has acknowledged the dispatch log. */
    private long acknowledgedPosition() throws IOException {
        final Path file = DataDirectory.bookmarks(node.dataDir()).resolve(ManagerProcess.WRITER + Bookmark.SUFFIX);
        if (!Files.exists(file)) {
            return 0;
        }
        try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, file, false)) {
            return bookmark.state() == Bookmark.State.PLACED ? bookmark.position() : 0;
        }
    }
}
