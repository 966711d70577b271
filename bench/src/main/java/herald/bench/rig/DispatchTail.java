package herald.bench.rig;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows a dispatch log from another process than the proxy's, as {@code herald tail} does, and notes when events are
 * in it. It looks every {@link #POLL_NS}, which is what its times are exact to.
 */
final class DispatchTail implements AutoCloseable {
    /** Between two looks. */
    static final long POLL_NS = 200_000;

    private static final long RESTING_POLL_NS = 20_000_000;

    private final Arrivals arrivals = new Arrivals();
    private final Path dataDir;
    private final Thread thread = new Thread(this::follow, "rig-dispatch-tail");
    private volatile long pollNs = POLL_NS;
    private volatile boolean closed;

    DispatchTail(final Path dataDir) {
        this.dataDir = dataDir;
        thread.setDaemon(true);
        thread.start();
    }

    Arrivals arrivals() {
        return arrivals;
    }

    /** Says whether nothing is timed: it then takes as little as it can from what runs beside it. */
    void rest(final boolean value) {
        pollNs = value ? RESTING_POLL_NS : POLL_NS;
    }

    private void follow() {
        final ArrivalReader reader = new ArrivalReader(arrivals);
        try (DispatchReader log = new DispatchReader(SystemDisk.INSTANCE, DataDirectory.dispatch(dataDir), 0,
            damage -> System.err.println("dispatch log: " + damage))) {
            while (!closed) {
                final EventBatch batch = log.next();
                if (batch == null) {
                    LockSupport.parkNanos(pollNs);
                } else {
                    reader.note(batch, 0, batch.size(), System.nanoTime());
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
