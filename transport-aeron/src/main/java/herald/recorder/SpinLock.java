package herald.recorder;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of some hundred nanoseconds. Waiters spin, then park for moments, so that one who
 * holds it and lost its core gets it back; nobody allocates.
 */
final class SpinLock {
    private static final int SPINS = 100;
    private static final long PARK_NS = 20_000;

    private final AtomicBoolean held = new AtomicBoolean();

    boolean tryLock() {
        return !held.get() && held.compareAndSet(false, true);
    }

    void lock() {
        int attempts = 0;
        while (!tryLock()) {
            attempts++;
            if (attempts < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PARK_NS);
            }
        }
    }

    void unlock() {
        held.setRelease(false);
    }
}
