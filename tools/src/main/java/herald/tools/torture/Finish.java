package herald.tools.torture;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.recorder.OrphanSpool;
import herald.recorder.SpoolFile;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.util.List;

/**
 * Brings a tortured node to rest: everything runs again, recorders have everything acknowledged, spools are drained,
 * batches are delivered, and the proxy is stopped in order.
 */
final class Finish {
    private static final long TIMEOUT_MS = 60_000;
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
        finishRecorders();
        int stops = 0;
        do {
            if (stops++ == MAX_STOPS) {
                throw new Difference("stuck: spools or writers are not drained after " + MAX_STOPS + " stops in order");
            }
            node.startProxy();
            await("spools are not drained", () -> orphans() == 0);
            await("batches are not delivered", this::isDelivered);
            node.proxy().terminate();
            node.awaitEnd(node.proxy(), TIMEOUT_MS);
        } while (node.proxy().exitCode() != 0 || orphans() > 0 || !isDelivered());
    }

    private void heal() throws IOException, InterruptedException, Difference {
        if (node.disk() != null) {
            node.disk().free();
        }
        for (final Collector collector : node.collectors()) {
            collector.heal();
        }
        for (final ChildProcess process : node.processes()) {
            process.resume();
            node.awaitEnd(process, TIMEOUT_MS);
        }
        node.tend();
        node.startAll();
        node.awaitStarted();
    }

    private void finishRecorders() throws IOException, InterruptedException, Difference {
        final List<ChildProcess> recorders = node.recorders();
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
        }, TIMEOUT_MS);
        if (!met) {
            throw new Difference("stuck: " + otherwise + " within " + TIMEOUT_MS + " ms");
        }
    }

    /** Spools with events that no process has. */
    private int orphans() throws IOException {
        final List<OrphanSpool> orphans =
            SpoolFile.acquireOrphans(SystemDisk.INSTANCE, node.spoolDir(), error -> { });
        CloseHelper.closeAll(orphans);
        return orphans.size();
    }

    /** Whether every collector has the last entry that is in the dispatch log so far. */
    private boolean isDelivered() {
        Delivery last = null;
        try (DispatchReader reader = new DispatchReader(
            SystemDisk.INSTANCE, DataDirectory.dispatch(node.dataDir()), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                last = Delivery.of(batch, batch.size() - 1);
            }
        }
        for (final Collector collector : node.collectors()) {
            if (last != null && !last.equals(collector.last())) {
                return false;
            }
        }
        return true;
    }
}
