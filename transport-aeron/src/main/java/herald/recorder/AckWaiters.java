package herald.recorder;

import herald.link.Profile;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Callers that wait for the proxy's acknowledgement. They spin for a moment and then sleep until the conductor, which
 * reads acknowledgements, wakes those that have theirs: however many wait, they take no time from those who work.
 */
final class AckWaiters {
    private static final int SPINS = 100;
    private static final long SPIN_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** How late a waiter notices what nobody woke it for: a closed link, a conductor that hangs. */
    private static final long LONGEST_PARK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final NanoClock nanoClock;
    private final Profile profile;
    private final LongSupplier acknowledged;
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private AgentInvoker invoker;
    private long wokenSequence;

    private record Waiter(Thread thread, long sequence) {
    }

    AckWaiters(final EventRecorder.Context context, final LongSupplier acknowledged) {
        this.nanoClock = context.nanoClock;
        this.profile = context.profile;
        this.acknowledged = acknowledged;
    }

    /** Whoever waits steps the conductor, which has no thread of its own. */
    void stepWith(final AgentInvoker conductor) {
        invoker = conductor;
    }

    /**
     * Waits for an acknowledgement.
     *
     * @param sequence  that is to be acknowledged.
     * @param timeoutNs how long at most.
     * @param hopeless  looked at now and then: whether to wait no longer.
     * @return whether it is acknowledged.
     */
    boolean await(final long sequence, final long timeoutNs, final BooleanSupplier hopeless) {
        final long startNs = nanoClock.nanoTime();
        final IdleStrategy stepping = invoker == null ? null : profile.awaitStrategy();
        int attempts = 0;
        while (acknowledged.getAsLong() < sequence) {
            final long waitedNs = nanoClock.nanoTime() - startNs;
            if (waitedNs >= timeoutNs || hopeless.getAsBoolean()) {
                return false;
            }
            attempts++;
            if (stepping != null) {
                stepping.idle(invoker.invoke());
            } else if (profile.spins() ? waitedNs < SPIN_NS : attempts < SPINS) {
                Thread.onSpinWait();
            } else {
                return sleep(sequence, startNs, timeoutNs, hopeless);
            }
        }
        return true;
    }

    private boolean sleep(
        final long sequence, final long startNs, final long timeoutNs, final BooleanSupplier hopeless) {
        final Waiter waiter = new Waiter(Thread.currentThread(), sequence);
        boolean interrupted = false;
        waiters.add(waiter);
        try {
            while (acknowledged.getAsLong() < sequence) {
                final long leftNs = timeoutNs - (nanoClock.nanoTime() - startNs);
                if (leftNs <= 0 || hopeless.getAsBoolean()) {
                    return false;
                }
                LockSupport.parkNanos(this, Math.min(leftNs, LONGEST_PARK_NS));
                // An interrupted thread never parks: it would spin.
                interrupted |= Thread.interrupted();
            }
            return true;
        } finally {
            waiters.remove(waiter);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wakes those who have what they wait for. The conductor's. */
    void wake() {
        final long sequence = acknowledged.getAsLong();
        if (sequence == wokenSequence) {
            return;
        }
        wokenSequence = sequence;
        for (final Waiter waiter : waiters) {
            if (waiter.sequence <= sequence) {
                LockSupport.unpark(waiter.thread);
            }
        }
    }
}
