package herald.recorder;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of some hundred nanoseconds. Waiters spin, then park for moments, so that one who
 * holds it and lost its core gets it back; nobody allocates. It is not reentrant, so nothing that the application wrote
 * may run while it is held.
 *
 * <p>A caller may come with a stack that is nearly used up, and overflow anywhere in the section, in {@link #unlock}
 * too. Therefore {@code unlock()} is the last call of the guarded block, and whatever the block throws is caught and
 * thrown on after a plain store to {@link #held}, which is no call and can't overflow.
 */
final class SpinLock {
    private static final AtomicIntegerFieldUpdater<SpinLock> HELD =
        AtomicIntegerFieldUpdater.newUpdater(SpinLock.class, "held");
    private static final int SPINS = 100;
    private static final long PARK_NS = 20_000;

    /** 1 while the lock is held. Written directly only by the holder, on the way out of an error. */
    volatile int held;

    boolean tryLock() {
        return held == 0 && HELD.compareAndSet(this, 0, 1);
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
        HELD.lazySet(this, 0);
    }
}
