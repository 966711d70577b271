package herald.tools.agent;

import herald.events.EventType;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * What a watcher saw at one look, in order, until the sink has taken all of it. The watcher looks again only then, so
 * that nothing is recorded twice, and no more waits than one look can give. Owned by the watcher's thread.
 */
final class PendingEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PendingEvents.class);

    private final Queue<Seen> queue = new ArrayDeque<>();

    /** An event to be recorded. */
    private record Seen(
        EventType type, String message, ObjectReference reference, Map<String, String> attributes) {
    }

    /**
     * Adds an event of its type's severity.
     *
     * @param type       of the event.
     * @param message    for people.
     * @param reference  what it is about.
     * @param attributes carried with it.
     */
    void add(
        final EventType type,
        final String message,
        final ObjectReference reference,
        final Map<String, String> attributes) {
        queue.add(new Seen(type, message, reference, attributes));
    }

    /**
     * Offers what waits, until the sink takes no more. An event that can't be taken, being too long, is logged.
     *
     * @param sink takes events.
     * @return how many it took.
     */
    int offerTo(final EventSink sink) {
        int taken = 0;
        while (!queue.isEmpty()) {
            final long result = record(queue.peek(), sink);
            if (result <= 0 && result != EventRecorder.TOO_LONG) {
                return taken;
            }
            taken += result > 0 ? 1 : 0;
            queue.remove();
        }
        return taken;
    }

    private static long record(final Seen seen, final EventSink sink) {
        try {
            final long result = sink.record(seen.type, null, seen.message, seen.reference, seen.attributes);
            if (result == EventRecorder.TOO_LONG) {
                tellLoss(seen, "the event is too long");
            }
            return result;
        } catch (final IllegalArgumentException e) {
            tellLoss(seen, e.getMessage());
            return EventRecorder.TOO_LONG;
        }
    }

    private static void tellLoss(final Seen seen, final String reason) {
        LOG.warn("not recorded, {}: {} {}", reason, seen.type.qualifiedName(), seen.message);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }
}
