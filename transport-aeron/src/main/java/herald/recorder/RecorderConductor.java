package herald.recorder;

import org.agrona.concurrent.Agent;

/**
 * Steps what a recorder has in the background. What went wrong is told at the end, without a lock.
 */
final class RecorderConductor implements Agent {
    private final EventRecorder.Context context;
    private final RecorderLink link;
    private final SpoolWatch watch;
    private final SpoolDrainer drainer;
    private final AckWaiters waiters;

    /** The drainer is null where the proxy is on this host. */
    RecorderConductor(
        final EventRecorder.Context context, final RecorderLink link, final SpoolWatch watch,
        final SpoolDrainer drainer, final AckWaiters waiters) {
        this.context = context;
        this.link = link;
        this.watch = watch;
        this.drainer = drainer;
        this.waiters = waiters;
    }

    @Override
    public int doWork() {
        if (link.isClosed()) {
            return 0;
        }
        try {
            watch.step();
            final int work = link.step() + (drainer == null ? 0 : drainer.step());
            waiters.wake();
            return work;
        } finally {
            context.errors.tell();
        }
    }

    @Override
    public String roleName() {
        return "herald-recorder-" + context.component;
    }
}
