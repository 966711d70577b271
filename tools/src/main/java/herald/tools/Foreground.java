package herald.tools;

import herald.io.Signals;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command run until SIGTERM or Ctrl-C and then close in its own order. Such an end is a normal one: the process
 * exits with 0, or what the command says, where the JVM alone would say 128 and the signal's number. To a daemon,
 * SIGHUP is the request to open files anew, and ends nothing.
 *
 * <pre>
 *   try (Foreground foreground = new Foreground(); EventRecorder recorder = ...) {
 *       foreground.await();
 *   }
 * </pre>
 */
public final class Foreground implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_SECONDS = 30;
    private static final int HUNG_UP = 128 + 1;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "herald-shutdown");
    private volatile Runnable onStop = () -> { };
    private volatile int exitCode = ExitCode.OK;
    /** Where all went well but for the signal. */
    private volatile int wellCode = ExitCode.OK;
    private boolean interrupted;

    /**
     * Minds signals from here on. SIGHUP ends the process in order too, and not with 0: nobody asked for that.
     */
    public Foreground() {
        Signals.handle("HUP", () -> {
            wellCode = HUNG_UP;
            System.exit(HUNG_UP);
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Minds signals from here on.
     *
     * @param onHangup what SIGHUP asks for.
     */
    public Foreground(final Runnable onHangup) {
        Signals.handle("HUP", onHangup);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Has a signal that asks the process to end do something else too, such as closing an input.
     *
     * @param task to be run on the signal's thread.
     */
    void onStop(final Runnable task) {
        onStop = task;
    }

    /**
     * Says what the process exits with where a signal ends it.
     *
     * @param code one of {@link ExitCode}.
     */
    void exitCode(final int code) {
        exitCode = code;
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
        onStop.run();
        try {
            if (closed.await(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(exitCode == ExitCode.OK ? wellCode : exitCode);
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
