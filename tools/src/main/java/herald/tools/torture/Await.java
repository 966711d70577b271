package herald.tools.torture;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for conditions in other processes, which can only be looked at.
 */
final class Await {
    private static final long PARK_NS = 3_000_000;

    /** Something to wait for. */
    interface Condition {
        /**
         * Looks once.
         *
         * @return whether it came true.
         * @throws Difference where it can't come true any more.
         */
        boolean isMet() throws IOException, InterruptedException, Difference;
    }

    private Await() {
    }

    /**
     * Waits for a condition.
     *
     * @param condition to come true.
     * @param timeoutMs how long at most.
     * @return whether it came true.
     * @throws Difference           where it can't come true any more.
     * @throws InterruptedException where this thread is interrupted.
     */
    static boolean until(final Condition condition, final long timeoutMs)
        throws IOException, InterruptedException, Difference {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!condition.isMet()) {
            if (System.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(PARK_NS);
        }
        return true;
    }
}
