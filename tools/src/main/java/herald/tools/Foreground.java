package herald.tools;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command run until SIGTERM or Ctrl-C and then close in its own order. Such an end is a normal one: the process
 * exits with 0, where the JVM alone would say 128 and the signal's number.
 *
 * <pre>
 *   try (Foreground foreground = new Foreground(); EventRecorder recorder = ...) {
 *       foreground.await();
 *   }
 * </pre>
 */
public final class Foreground implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "herald-shutdown");
    private boolean interrupted;

    /**
     * Minds signals from here on.
     */
    public Foreground() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Waits for a signal, for {@link #stop} or for an interrupt of this thread. The thread counts as interrupted again
     * only once this is closed: whatever closes before has to wait for its own threads.
     */
    public void await() {
        try {
            stopped.await();
        } catch (final InterruptedException e) {
            interrupted = true;
        }
    }

    /**
     * Waits as {@link #await()} does, but no longer than a time.
     *
     * @param timeout at most.
     * @return whether the wait was ended before.
     */
    public boolean await(final Duration timeout) {
        try {
            return stopped.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (final InterruptedException e) {
            interrupted = true;
            return true;
        }
    }

    /**
     * Ends the wait from inside the process.
     */
    public void stop() {
        stopped.countDown();
    }

    private void onSignal() {
        stop();
        try {
            if (closed.await(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(ExitCode.OK);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Says that everything else is closed.
     */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The hook runs: it is what this is for.
            closed.countDown();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
