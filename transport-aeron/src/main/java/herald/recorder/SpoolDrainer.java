package herald.recorder;

import org.agrona.CloseHelper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Sends what other recorders of a remote proxy left behind on this host: spools that were set aside, and those of
 * processes that are gone. On the proxy's own host the proxy adopts them; here nobody else would. One at a time, each
 * under its own recorder's id. Conductor's thread.
 */
final class SpoolDrainer implements AutoCloseable {
    private static final long SCAN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    private final EventRecorder.Context context;
    private final ArrayDeque<Spool> orphans = new ArrayDeque<>();
    private RecorderLink link;
    private long nextScanNs;

    /**
     * A drainer of the recorder's spool directory.
     *
     * @param context of a recorder that sends to a remote proxy.
     */
    SpoolDrainer(final EventRecorder.Context context) {
        this.context = context;
        this.nextScanNs = context.nanoClock.nanoTime();
    }

    int step() {
        if (orphans.isEmpty()) {
            return scan(context.nanoClock.nanoTime());
        }
        final Spool spool = orphans.peek();
        if (link == null) {
            link = new RecorderLink(context, spool);
        }
        final int work = link.step();
        if (spool.isEmpty()) {
            link.close();
            link = null;
            release(orphans.remove());
            return work + 1;
        }
        return work;
    }

    private int scan(final long nowNs) {
        if (nowNs - nextScanNs < 0) {
            return 0;
        }
        nextScanNs = nowNs + SCAN_INTERVAL_NS;
        try {
            orphans.addAll(SpoolFile.acquireOrphans(context.disk, context.spoolDir));
        } catch (final IOException e) {
            context.errorHandler.onError(
                new IOException("cannot look for spools in " + context.spoolDir + ": " + e.getMessage(), e));
        }
        return orphans.size();
    }

    private void release(final Spool spool) {
        if (spool.lostSequence() > 0) {
            context.errorHandler.onError(new IllegalStateException("spool " + spool.file() + " of recorder " +
                spool.recorderId() + " was damaged: its events up to " + spool.lostSequence() + " behind those that " +
                "were sent are lost"));
        }
        try {
            SpoolFile.releaseDrained(context.disk, spool);
        } catch (final IOException e) {
            context.errorHandler.onError(e);
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(link == null ? null : link::close);
        orphans.forEach(Spool::close);
        orphans.clear();
        link = null;
    }
}
