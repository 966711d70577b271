package herald.engine;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import herald.io.ErrorText;
import herald.link.CounterId;
import herald.log.LogFullException;
import herald.stage.EventSlot;
import herald.stage.LookAheadHandler;
import herald.stage.ProxyCounter;
import herald.stage.StageHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * Runs one stage of the pipeline, the same in every threading mode: takes slots up to a limit, ends the turn, and only
 * then moves its sequence, so that nothing is passed on that was not done.
 *
 * <p>The Disruptor's own processors move their sequence when a handler threw; on a journal that is data loss. Here a
 * full disk is waited out, at the slot that met it, while the handler idles as if there were none; any other failure
 * ends the stage for good.
 */
final class StageAgent implements Agent {
    private static final Logger LOGGER = LoggerFactory.getLogger(StageAgent.class);
    private static final long DISK_FULL_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final String roleName;
    private final RingBuffer<EventSlot> ring;
    private final SequenceBarrier barrier;
    private final Sequence sequence = new Sequence();
    private final StageHandler handler;
    private final LookAheadHandler lookAhead;
    private final int turnLimit;
    private final NanoClock nanoClock;
    private final CounterId.Sink counters;
    private final FailureListener failureListener;
    private boolean diskFull;
    private long retryNs;
    private volatile boolean failed;

    /** Told once that a stage can't go on. */
    @FunctionalInterface
    interface FailureListener {
        void onFailure(String stage, Throwable cause);
    }

    StageAgent(
        final String roleName,
        final RingBuffer<EventSlot> ring,
        final SequenceBarrier barrier,
        final StageHandler handler,
        final EventPipeline.Context context) {
        this.roleName = roleName;
        this.ring = ring;
        this.barrier = barrier;
        this.handler = handler;
        this.lookAhead = handler instanceof LookAheadHandler ahead ? ahead : null;
        this.turnLimit = context.turnLimit();
        this.nanoClock = context.nanoClock();
        this.counters = context.counters();
        this.failureListener = context.failureListener();
    }

    Sequence sequence() {
        return sequence;
    }

    boolean hasFailed() {
        return failed;
    }

    @Override
    public int doWork() {
        if (failed) {
            return 0;
        }
        final boolean waiting = diskFull && nanoClock.nanoTime() - retryNs < 0;
        final long first = sequence.get() + 1;
        final long last = Math.min(barrier.getCursor(), first + turnLimit - 1);
        try {
            return waiting || last < first ? handler.onIdle() : turn(first, last);
        } catch (final Throwable e) {
            fail(e);
            return 1;
        }
    }

    private int turn(final long first, final long last) throws Exception {
        if (lookAhead != null) {
            for (long ahead = first; ahead <= last; ahead++) {
                lookAhead.onAhead(ring.get(ahead));
            }
        }
        long next = first;
        try {
            while (next <= last) {
                handler.onSlot(ring.get(next));
                next++;
            }
            if (diskFull) {
                diskFull = false;
                LOGGER.info("{} goes on: there is room on the disk again", roleName);
            }
        } catch (final LogFullException e) {
            onDiskFull(e);
        }
        if (next > first) {
            handler.onTurnEnd();
            sequence.set(next - 1);
        }
        return (int)(next - first);
    }

    private void onDiskFull(final LogFullException e) {
        retryNs = nanoClock.nanoTime() + DISK_FULL_RETRY_NS;
        if (!diskFull) {
            diskFull = true;
            counters.increment(ProxyCounter.DISK_FULL);
            LOGGER.error("{} waits for room on the disk, nothing new is acknowledged meanwhile: {}",
                roleName, ErrorText.of(e));
        }
    }

    private void fail(final Throwable e) {
        failed = true;
        counters.increment(ProxyCounter.STAGE_FAILURES);
        LOGGER.error("{} failed: the proxy stops, what is journaled is kept", roleName, e);
        failureListener.onFailure(roleName, e);
    }

    @Override
    public String roleName() {
        return roleName;
    }
}
