package herald.recorder;

import org.agrona.CloseHelper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Sends what other recorders of a remote proxy left behind on this host: spools that were set aside, and those of
 * processes that are gone. On the proxy's own host the proxy adopts them; here nobody else would. One at a time, each
 * under its own recorder's id. Of a damaged one the whole events are sent and the others become void; then it is kept
 * aside. Those in which nothing waits any more are deleted. Conductor's thread.
 */
final class SpoolDrainer implements AutoCloseable {
    private static final long SCAN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    private final EventRecorder.Context context;
    private final ArrayDeque<OrphanSpool> orphans = new ArrayDeque<>();
    private final Spool own;
    private final SpoolRefusals refusals;
    private final SpoolRetirement retirement;
    private Backlog backlog;
    private RecorderLink link;
    private long nextScanNs;

    /**
     * A drainer of the recorder's spool directory.
     *
     * @param context of a recorder that sends to a remote proxy.
     * @param own     spool of that recorder, which counts what is found damaged.
     */
    SpoolDrainer(final EventRecorder.Context context, final Spool own) {
        this.context = context;
        this.own = own;
        this.refusals =
            new SpoolRefusals(context.errors, () -> own.count(RecorderCounter.SPOOLS_REFUSED));
        this.nextScanNs = context.nanoClock.nanoTime();
        this.retirement = new SpoolRetirement(
            context.disk, context.spoolDir, SpoolRetirement.DEFAULT_AGE_NS, nextScanNs, context.errors);
    }

    int step() {
        if (orphans.isEmpty()) {
            return scan(context.nanoClock.nanoTime());
        }
        if (link == null) {
            backlog = new OrphanBacklog(orphans.element());
            link = new RecorderLink(context, backlog);
        }
        final int work = link.step();
        if (backlog.isEmpty()) {
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
        retirement.step(nowNs);
        try {
            for (final OrphanSpool orphan : SpoolFile.acquireOrphans(
                context.disk, context.spoolDir, IdleSpools.NONE, refusals)) {
                count(orphan);
                orphans.add(orphan);
            }
        } catch (final IOException e) {
            refusals.onUnreadable(context.spoolDir, e);
        }
        return orphans.size();
    }

    /** One that was set aside was counted by the recorder that did so. */
    private void count(final OrphanSpool orphan) {
        if (!orphan.damages().isEmpty() && !SpoolFile.isSetAside(orphan.file())) {
            countDamages(orphan);
        }
    }

    private void countDamages(final OrphanSpool orphan) {
        own.count(RecorderCounter.SPOOLS_DAMAGED);
        own.count(RecorderCounter.DAMAGED_BYTES, orphan.damages().stream()
            .mapToLong(damage -> Math.max(1, damage.length())).sum());
    }

    private void release(final OrphanSpool orphan) {
        if (orphan.isLossy()) {
            countDamages(orphan);
            refusals.report(new SpoolException("spool " + orphan.file() + " of recorder " + orphan.recorderId() +
                " held what is no event of its recorder, or was changed while it was read (" +
                SpoolFile.describe(orphan.damages()) + "): what is whole was sent, the file is kept aside"));
        }
        try {
            final String kept = orphan.releaseDrained();
            if (kept != null) {
                refusals.report(new SpoolException("spool " + orphan.file() + " is drained and kept as " + kept));
            }
        } catch (final IOException e) {
            context.errors.onError(e);
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
