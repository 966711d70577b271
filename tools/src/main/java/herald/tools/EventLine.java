package herald.tools;

import herald.events.EventType;
import herald.events.Severity;
import herald.recorder.ObjectReference;

import java.util.Map;

/**
 * An event as a line of NDJSON says it.
 *
 * @param type       of it.
 * @param severity   or null for the type's default.
 * @param message    for people.
 * @param reference  or null for the proxy's default.
 * @param attributes may be empty.
 */
record EventLine(
    EventType type,
    Severity severity,
    String message,
    ObjectReference reference,
    Map<String, String> attributes) {
}
