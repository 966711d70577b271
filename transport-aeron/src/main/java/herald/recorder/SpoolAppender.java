package herald.recorder;

import herald.events.EventType;
import herald.events.Severity;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Encodes events into a spool and accepts them, for any number of callers. Encoding and numbering happen under one
 * short lock; with {@link SpoolDurability#DISK} a caller then waits for a force that covers its event, and whichever
 * waiter is first does the forcing.
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

    private final EventRecorder.Context context;
    private final Spool spool;
    private final boolean forces;
    private final RecordedEventEncoder encoder;
    private final UnsafeBuffer claimed = new UnsafeBuffer(0, 0);
    private final SpinLock appendLock = new SpinLock();
    private final SpinLock forceLock = new SpinLock();
    private boolean closed;

    SpoolAppender(final EventRecorder.Context context, final Spool spool) {
        this.context = context;
        this.spool = spool;
        this.forces = context.durability == SpoolDurability.DISK;
        this.encoder = new RecordedEventEncoder(context, spool.recorderId());
    }

    int encodedLength(
        final EventType type,
        final CharSequence message,
        final ObjectReference reference,
        final Map<String, String> attributes) {
        return encoder.encodedLength(type, message, reference, attributes);
    }

    /** The event's sequence once it is accepted, or a code of {@link EventRecorder}; only NOT_DURABLE is counted. */
    long append(
        final int length,
        final EventType type,
        final Severity severity,
        final CharSequence message,
        final ObjectReference reference,
        final Map<String, String> attributes) {
        long result = tryAppend(length, type, severity, message, reference, attributes);
        if (!forces) {
            return result;
        }
        if (result == EventRecorder.SPOOL_FULL && spool.hasRoomAfterForce()) {
            forceForRoom();
            result = tryAppend(length, type, severity, message, reference, attributes);
        }
        final boolean accepted = result <= 0 || awaitForced(result);
        return accepted && result != EventRecorder.NOT_DURABLE ? result :
            refuse(EventRecorder.NOT_DURABLE, RecorderCounter.NOT_DURABLE);
    }

    private long tryAppend(
        final int length,
        final EventType type,
        final Severity severity,
        final CharSequence message,
        final ObjectReference reference,
        final Map<String, String> attributes) {
        final long recordTimeNs = context.clock.nanoTime();
        appendLock.lock();
        try {
            if (closed) {
                return EventRecorder.CLOSED;
            }
            if (forces && spool.isFailed()) {
                return EventRecorder.NOT_DURABLE;
            }
            final int offset = spool.claim(length);
            if (offset < 0) {
                return EventRecorder.SPOOL_FULL;
            }
            claimed.wrap(spool.ring(), offset, length);
            encoder.begin(claimed, 0, spool.nextSequence(), recordTimeNs)
                .finish(type, severity, message, reference, attributes);
            return spool.publish(encoder.encodedLength());
        } finally {
            appendLock.unlock();
        }
    }

    private boolean awaitForced(final long sequence) {
        int attempts = 0;
        while (spool.lastSequence() < sequence && !spool.isFailed()) {
            if (forceLock.tryLock()) {
                try {
                    if (spool.lastSequence() < sequence) {
                        force();
                    }
                } finally {
                    forceLock.unlock();
                }
            } else if (++attempts < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(WAIT_PARK_NS);
            }
        }
        return spool.lastSequence() >= sequence;
    }

    private void forceForRoom() {
        forceLock.lock();
        try {
            force();
        } finally {
            forceLock.unlock();
        }
    }

    /** Under the force lock. A force that failed is never tried again: a second one may succeed and prove nothing. */
    private void force() {
        appendLock.lock();
        try {
            if (closed || spool.isFailed()) {
                return;
            }
            spool.prepareForce();
        } finally {
            appendLock.unlock();
        }
        forcePrepared();
    }

    private void forcePrepared() {
        try {
            spool.force();
        } catch (final IOException | RuntimeException e) {
            appendLock.lock();
            try {
                spool.fail();
            } finally {
                appendLock.unlock();
            }
            context.errorHandler.onError(new SpoolException("cannot force spool " + spool.file() + ": " +
                e.getMessage() + "; recorder " + context.component + " accepts nothing more: mend the device, or " +
                "choose another spool directory, and launch it again", e));
        }
    }

    long refuse(final long code, final RecorderCounter counter) {
        appendLock.lock();
        try {
            if (closed) {
                return EventRecorder.CLOSED;
            }
            spool.count(counter);
            return code;
        } finally {
            appendLock.unlock();
        }
    }

    long counter(final RecorderCounter counter) {
        appendLock.lock();
        try {
            return closed ? 0 : spool.counter(counter);
        } finally {
            appendLock.unlock();
        }
    }

    /**
     * Accepts what is on its way and nothing from then on. Afterwards no caller touches the spool's mapping.
     */
    void close() {
        forceLock.lock();
        try {
            final boolean goesOn;
            appendLock.lock();
            try {
                goesOn = forces && !closed && !spool.isFailed();
                closed = true;
                if (goesOn) {
                    spool.prepareForce();
                }
            } finally {
                appendLock.unlock();
            }
            if (goesOn) {
                forcePrepared();
            }
        } finally {
            forceLock.unlock();
        }
    }
}
