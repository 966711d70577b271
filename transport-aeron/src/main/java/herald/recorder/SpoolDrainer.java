package herald.recorder;

import org.agrona.CloseHelper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Sends what other recorders of a remote proxy left behind on this host: spools that were set aside, and those of
 * processes that are gone. On the proxy's own host the proxy adopts them; here nobody else would. One at a time, each
 * under its own recorder's id. A damaged one is kept aside and reported, not sent. Conductor's thread.
 */
final class SpoolDrainer implements AutoCloseable {
    private static final long SCAN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    private final EventRecorder.Context context;
    private final ArrayDeque<OrphanSpool> orphans = new ArrayDeque<>();
    private Spool spool;
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
        if (link == null) {
            spool = orphans.element().spool();
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
            for (final OrphanSpool orphan : SpoolFile.acquireOrphans(
                context.disk, context.spoolDir, context.errorHandler)) {
                if (orphan.damages().isEmpty()) {
                    orphans.add(orphan);
                } else {
                    keepAside(orphan);
                }
            }
        } catch (final IOException e) {
            context.errorHandler.onError(
                new IOException("cannot look for spools in " + context.spoolDir + ": " + e.getMessage(), e));
        }
        return orphans.size();
    }

    private void keepAside(final OrphanSpool orphan) {
        context.errorHandler.onError(new IllegalStateException("spool " + orphan.file() + " of recorder " +
            orphan.recorderId() + " is damaged: its " + orphan.events() + " whole events up to sequence " +
            orphan.lastSequence() + " are not sent, the file is kept beside as .damaged"));
        release(orphan);
    }

    private void release(final OrphanSpool orphan) {
        try {
            orphan.releaseDrained();
        } catch (final IOException e) {
            context.errorHandler.onError(e);
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(link == null ? null : link::close);
        orphans.forEach(OrphanSpool::close);
        orphans.clear();
        link = null;
    }
}
