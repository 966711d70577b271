package herald.recorder;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.ManyToManyConcurrentArrayQueue;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what went wrong, wherever and under whichever lock that was, until a thread that holds none tells the
 * application's error handler: as a rule the conductor at the end of its turn, so that the handler may record, or close
 * the recorder. A handler that throws is itself an error, which goes to the system logger.
 */
final class DeferredErrors implements ErrorHandler {
    private static final int CAPACITY = 64;

    private final String component;
    private final ErrorHandler handler;
    private final ManyToManyConcurrentArrayQueue<Throwable> waiting = new ManyToManyConcurrentArrayQueue<>(CAPACITY);
    private final AtomicLong untold = new AtomicLong();

    DeferredErrors(final String component, final ErrorHandler handler) {
        this.component = component;
        this.handler = handler;
    }

    @Override
    public void onError(final Throwable error) {
        if (!waiting.offer(error)) {
            untold.incrementAndGet();
        }
    }

    /** Tells what has come up to now. The caller holds no lock. */
    void tell() {
        if (waiting.isEmpty()) {
            return;
        }
        for (int i = 0; i < CAPACITY; i++) {
            final Throwable error = waiting.poll();
            if (error == null) {
                break;
            }
            tell(error);
        }
        final long more = untold.getAndSet(0);
        if (more > 0) {
            tell(new IllegalStateException(more + " more errors of recorder " + component + " came at once"));
        }
    }

    private void tell(final Throwable error) {
        try {
            handler.onError(error);
        } catch (final Throwable e) {
            e.addSuppressed(error);
            logFailure(e);
        }
    }

    private void logFailure(final Throwable failure) {
        try {
            System.getLogger(EventRecorder.class.getName()).log(System.Logger.Level.WARNING,
                "the error handler of recorder " + component + " failed: it must not throw", failure);
        } catch (final Throwable e) {
            // The application's logging fails as well: there is nobody left to tell.
        }
    }
}
