package herald.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * File operations that an interrupt does not end. A file channel is closed for good where its thread is interrupted, in
 * the middle of an operation or before it, and in an application anybody may do that to a thread of Herald's, or call
 * Herald on a thread that is interrupted. A failure like that says nothing about the disk. Any thread.
 */
public final class Uninterrupted {
    private Uninterrupted() {
    }

    /**
     * What is to be done with a disk.
     *
     * @param <T> of what comes out of it.
     */
    @FunctionalInterface
    public interface Operation<T> {
        /**
         * Does it, all of it each time: through a channel that it opens itself, or opens again where it is closed.
         *
         * @return what comes out of it.
         * @throws IOException where it fails.
         */
        T run() throws IOException;
    }

    /**
     * Runs an operation, again where an interrupt ended it. The thread is interrupted afterwards if it was before or
     * meanwhile.
     *
     * @param operation that may run several times.
     * @param <T>       of what comes out of it.
     * @return what comes out of it.
     * @throws IOException where it fails otherwise.
     */
    public static <T> T call(final Operation<T> operation) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    return operation.run();
                } catch (final ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
