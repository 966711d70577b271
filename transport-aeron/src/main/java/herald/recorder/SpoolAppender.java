package herald.recorder;

import herald.events.EventType;
import herald.events.Severity;
import herald.io.ErrorText;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Encodes events into a spool and accepts them, for any number of callers. Encoding and numbering happen under one
 * short lock; with {@link SpoolDurability#DISK} a caller then waits for a force that covers its event, and whichever
 * waiter is first does the forcing. Under the locks runs nothing that the application wrote.
 *
 * <pre>
 *   append lock:  encode 7 | encode 8 | encode 9 |
 *   force lock:   forces 7 ............| forces 8 and 9 ......|
 *   accepted:                          7                      8, 9
 * </pre>
 */
final class SpoolAppender {
    private static final int SPINS = 100;
    private static final long WAIT_PARK_NS = 20_000;
    private static final long ROOM_PARK_NS = 100_000;

    private final EventRecorder.Context context;
    private final Spool spool;
    private final boolean forces;
    private final RecordedEventEncoder encoder;
    private final UnsafeBuffer claimed = new UnsafeBuffer(0, 0);
    private final SpinLock appendLock = new SpinLock();
    private final SpinLock forceLock = new SpinLock();
    private boolean closed;
    private boolean lost;
    private long refusedSinceLost;

    SpoolAppender(final EventRecorder.Context context, final Spool spool) {
        this.context = context;
        this.spool = spool;
        this.forces = context.durability == SpoolDurability.DISK;
        this.encoder = new RecordedEventEncoder(context, spool.recorderId());
    }

    int encodedLength(
        final EventType type, final String message, final CapturedTexts texts, final ObjectReference reference) {
        return texts == null ?
            encoder.encodedLength(type, message, reference) : encoder.encodedLength(type, texts, reference);
    }

    /** As {@link #append}, and waits for room in a full spool up to the context's bound. */
    long appendOrWait(
        final int length,
        final EventType type,
        final Severity severity,
        final String message,
        final CapturedTexts texts,
        final ObjectReference reference) {
        long result = append(length, type, severity, message, texts, reference);
        if (result == EventRecorder.SPOOL_FULL && context.fullSpoolWaitNs > 0) {
            final long deadlineNs = context.nanoClock.nanoTime() + context.fullSpoolWaitNs;
            while (result == EventRecorder.SPOOL_FULL && context.nanoClock.nanoTime() - deadlineNs < 0) {
                LockSupport.parkNanos(ROOM_PARK_NS);
                result = append(length, type, severity, message, texts, reference);
            }
        }
        return result;
    }

    /** The event's sequence once it is accepted, or a code of {@link EventRecorder}; only NOT_DURABLE is counted. */
    long append(
        final int length,
        final EventType type,
        final Severity severity,
        final String message,
        final CapturedTexts texts,
        final ObjectReference reference) {
        long result = tryAppend(length, type, severity, message, texts, reference);
        if (!forces) {
            return result;
        }
        if (result == EventRecorder.SPOOL_FULL && spool.hasRoomAfterForce()) {
            forceForRoom();
            result = tryAppend(length, type, severity, message, texts, reference);
        }
        final boolean accepted = result <= 0 || awaitForced(result);
        return accepted && result != EventRecorder.NOT_DURABLE ? result :
            refuse(EventRecorder.NOT_DURABLE, RecorderCounter.NOT_DURABLE);
    }

    private long tryAppend(
        final int length,
        final EventType type,
        final Severity severity,
        final String message,
        final CapturedTexts texts,
        final ObjectReference reference) {
        final long recordTimeNs = context.clock.nanoTime();
        appendLock.lock();
        try {
            final int offset = closed || lost || (forces && spool.isFailed()) ? -1 : spool.claim(length);
            if (offset < 0) {
                final long code = refusal();
                appendLock.unlock();
                return code;
            }
            claimed.wrap(spool.ring(), offset, length);
            encoder.begin(claimed, 0, spool.nextSequence(), recordTimeNs)
                .finish(type, severity, message, texts, reference);
            final long sequence = spool.publish(encoder.encodedLength());
            appendLock.unlock();
            return sequence;
        } catch (final InternalError e) {
            // The file was cut under its mapping.
            lost = true;
            refusedSinceLost++;
            appendLock.held = 0;
            return EventRecorder.SPOOL_LOST;
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
    }

    private long refusal() {
        if (closed) {
            return EventRecorder.CLOSED;
        }
        if (lost) {
            refusedSinceLost++;
            return EventRecorder.SPOOL_LOST;
        }
        return forces && spool.isFailed() ? EventRecorder.NOT_DURABLE : EventRecorder.SPOOL_FULL;
    }

    private boolean awaitForced(final long sequence) {
        int attempts = 0;
        while (spool.lastSequence() < sequence && !spool.isFailed()) {
            if (tryForce(sequence)) {
                attempts = 0;
            } else if (++attempts < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(WAIT_PARK_NS);
            }
        }
        return spool.lastSequence() >= sequence;
    }

    private boolean tryForce(final long sequence) {
        if (!forceLock.tryLock()) {
            return false;
        }
        try {
            if (spool.lastSequence() < sequence) {
                force();
            }
            forceLock.unlock();
            return true;
        } catch (final Throwable e) {
            forceLock.held = 0;
            throw e;
        }
    }

    private void forceForRoom() {
        forceLock.lock();
        try {
            force();
            forceLock.unlock();
        } catch (final Throwable e) {
            forceLock.held = 0;
            throw e;
        }
    }

    /** Under the force lock. A force that failed is never tried again: a second one may succeed and prove nothing. */
    private void force() {
        final boolean goesOn;
        appendLock.lock();
        try {
            goesOn = !closed && !spool.isFailed();
            if (goesOn) {
                spool.prepareForce();
            }
            appendLock.unlock();
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
        if (goesOn) {
            forcePrepared();
        }
    }

    private void forcePrepared() {
        try {
            spool.force();
        } catch (final IOException | RuntimeException e) {
            fail();
            context.errors.onError(new SpoolException("cannot force spool " + spool.file() + ": " +
                ErrorText.of(e) + "; recorder " + context.component + " accepts nothing more: mend the device, or " +
                "choose another spool directory, and launch it again", e));
        }
    }

    private void fail() {
        appendLock.lock();
        try {
            spool.fail();
            appendLock.unlock();
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
    }

    /** Accepts nothing from now on: the spool's file is not what it was. */
    void withdraw() {
        appendLock.lock();
        lost = true;
        appendLock.unlock();
    }

    long refuse(final long code, final RecorderCounter counter) {
        appendLock.lock();
        try {
            final long result = closed ? EventRecorder.CLOSED : code;
            if (!closed && !lost) {
                spool.count(counter);
            }
            appendLock.unlock();
            return result;
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
    }

    long counter(final RecorderCounter counter) {
        appendLock.lock();
        try {
            final long value = closed ? 0 : lost && counter == RecorderCounter.SPOOL_LOST ? refusedSinceLost :
                spool.counter(counter);
            appendLock.unlock();
            return value;
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
    }

    /**
     * Accepts what is on its way and nothing from then on. Afterwards no caller touches the spool's mapping.
     */
    void close() {
        forceLock.lock();
        try {
            if (prepareToClose()) {
                forcePrepared();
            }
            forceLock.unlock();
        } catch (final Throwable e) {
            forceLock.held = 0;
            throw e;
        }
    }

    /** Whether a last force is due. */
    private boolean prepareToClose() {
        appendLock.lock();
        try {
            final boolean goesOn = forces && !closed && !lost && !spool.isFailed();
            closed = true;
            if (goesOn) {
                spool.prepareForce();
            }
            appendLock.unlock();
            return goesOn;
        } catch (final Throwable e) {
            appendLock.held = 0;
            throw e;
        }
    }
}
