package herald.recorder;

import herald.events.EventType;
import herald.events.Severity;

import java.util.ArrayList;
import java.util.List;

/**
 * Records through the process-wide recorder: the first one launched and not closed.
 */
public final class Events {
    private static final List<EventRecorder> LAUNCHED = new ArrayList<>();
    private static volatile EventRecorder processWide;

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
        final EventRecorder recorder = processWide;
        if (recorder == null) {
            throw new IllegalStateException(
                "no recorder was launched in this process: call EventRecorder.launch first");
        }
        return recorder.record(type, severity, message, reference);
    }

    static void offer(final EventRecorder recorder) {
        synchronized (LAUNCHED) {
            LAUNCHED.add(recorder);
            processWide = LAUNCHED.get(0);
        }
    }

    static void withdraw(final EventRecorder recorder) {
        synchronized (LAUNCHED) {
            LAUNCHED.remove(recorder);
            processWide = LAUNCHED.isEmpty() ? null : LAUNCHED.get(0);
        }
    }
}
