package herald.tools.agent;

import herald.events.EventType;
import herald.events.Severity;
import herald.recorder.ObjectReference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps what watchers record, or takes nothing while it is full.
 */
final class RecordedEvents implements EventSink {
    private final List<String> lines = new ArrayList<>();
    private final List<Map<String, String>> attributes = new ArrayList<>();
    private boolean full;
    private int limit = Integer.MAX_VALUE;

    @Override
    public long record(
        final EventType type,
        final Severity severity,
        final String message,
        final ObjectReference reference,
        final Map<String, String> pairs) {
        if (full || lines.size() >= limit) {
            return -1;
        }
        lines.add(type.name() + ' ' + reference + ": " + message);
        attributes.add(pairs);
        return lines.size();
    }

    void full(final boolean value) {
        full = value;
    }

    /** How many it takes until they are taken. */
    void limit(final int value) {
        limit = value;
    }

    /** What was recorded since the last call. */
    List<String> take() {
        final List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    Map<String, String> lastAttributes() {
        return attributes.get(attributes.size() - 1);
    }
}
