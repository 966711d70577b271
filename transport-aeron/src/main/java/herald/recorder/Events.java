package herald.recorder;

import herald.events.EventType;
import herald.events.Severity;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Records through the process-wide recorder: the first one launched and not closed.
 */
public final class Events {
    private static final AtomicReference<EventRecorder> PROCESS_WIDE = new AtomicReference<>();

    private Events() {
    }

    /**
     * Records an event with the type's default severity.
     *
     * @param type      of a catalog that the recorder was launched with.
     * @param message   for people.
     * @param reference what it is about, or null for the proxy's default.
     * @return as {@link EventRecorder#record(EventType, Severity, CharSequence, ObjectReference)}.
     * @throws IllegalStateException where no recorder was launched in this process.
     */
    public static long record(final EventType type, final CharSequence message, final ObjectReference reference) {
        return record(type, null, message, reference);
    }

    /**
     * Records an event.
     *
     * @param type      of a catalog that the recorder was launched with.
     * @param severity  or null for the type's default.
     * @param message   for people.
     * @param reference what it is about, or null for the proxy's default.
     * @return as {@link EventRecorder#record(EventType, Severity, CharSequence, ObjectReference)}.
     * @throws IllegalStateException where no recorder was launched in this process.
     */
    public static long record(
        final EventType type, final Severity severity, final CharSequence message, final ObjectReference reference) {
        final EventRecorder recorder = PROCESS_WIDE.get();
        if (recorder == null) {
            throw new IllegalStateException(
                "no recorder was launched in this process: call EventRecorder.launch first");
        }
        return recorder.record(type, severity, message, reference);
    }

    static void offer(final EventRecorder recorder) {
        PROCESS_WIDE.compareAndSet(null, recorder);
    }

    static void withdraw(final EventRecorder recorder) {
        PROCESS_WIDE.compareAndSet(recorder, null);
    }
}
