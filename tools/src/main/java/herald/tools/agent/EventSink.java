package herald.tools.agent;

import herald.events.EventType;
import herald.events.Severity;
import herald.recorder.ObjectReference;

import java.util.Map;

/**
 * Takes what watchers see: {@code EventRecorder::record}, or a list in a test.
 */
@FunctionalInterface
public interface EventSink {
    /**
     * Records an event.
     *
     * @param type       of the event.
     * @param severity   or null for the type's default.
     * @param message    for people.
     * @param reference  what it is about.
     * @param attributes carried with it, or null.
     * @return above 0 once it is accepted, a negative code where it is not.
     */
    long record(
        EventType type, Severity severity, String message, ObjectReference reference, Map<String, String> attributes);
}
