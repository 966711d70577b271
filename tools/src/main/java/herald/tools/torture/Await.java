package herald.tools.torture;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for conditions in other processes, which can only be looked at.
 */
final class Await {
    private static final long PARK_NS = 3_000_000;

    private Await() {
    }

    /**
     * Waits for a condition.
     *
     * @param condition to come true.
     * @param timeoutMs how long at most.
     * @return whether it came true.
     * @throws InterruptedException where this thread is interrupted.
     */
    static boolean until(final BooleanSupplier condition, final long timeoutMs) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!condition.getAsBoolean()) {
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
