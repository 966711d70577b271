package herald.receiver;

import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An ingress that writes down what it takes, as text for each recorder, and can be full.
 */
final class RecordingIngress implements EventIngress {
    static final long POSITION = 4_096;

    private final Map<UUID, List<String>> taken = new LinkedHashMap<>();
    private final Map<UUID, RecorderState> states = new LinkedHashMap<>();
    private final EventDecoder event = new EventDecoder();
    private int room = Integer.MAX_VALUE;
    private int refusals;

    /** How many more records fit. */
    void room(final int records) {
        room = records;
    }

    int refusals() {
        return refusals;
    }

    List<String> of(final UUID recorderId) {
        return taken.getOrDefault(recorderId, List.of());
    }

    RecorderState state(final UUID recorderId) {
        return states.get(recorderId);
    }

    @Override
    public boolean onEvent(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        event.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final long encoded = event.sequence();
        event.sbeSkip();
        final String message = messageOf(buffer, offset);
        return take(recorder, encoded == sequence ? sequence + " " + message : "wrong sequence " + encoded);
    }

    private String messageOf(final DirectBuffer buffer, final int offset) {
        event.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        for (final EventDecoder.AttributesDecoder attribute : event.attributes()) {
            attribute.skipKey();
            attribute.skipValue();
        }
        event.skipComponent();
        event.skipNode();
        event.skipMetaTenant();
        event.skipMetaNamespace();
        event.skipTypeName();
        event.skipCategory();
        event.skipRefTenant();
        event.skipRefNamespace();
        event.skipRefKind();
        event.skipRefName();
        event.skipRefUri();
        return event.message();
    }

    @Override
    public boolean onVoid(
        final RecorderState recorder, final long fromSequence, final long toSequence, final VoidCause cause) {
        return take(recorder, switch (cause) {
            case LOST_BY_RECORDER -> "lost ";
            case REFUSED -> "refused ";
            case ACKNOWLEDGED_AND_GONE -> "gone ";
            case ACKNOWLEDGED_ELSEWHERE -> "elsewhere ";
        } + fromSequence + ".." + toSequence);
    }

    @Override
    public long journaledPosition() {
        return POSITION;
    }

    private boolean take(final RecorderState recorder, final String record) {
        if (room == 0) {
            refusals++;
            return false;
        }
        room--;
        states.put(recorder.id(), recorder);
        taken.computeIfAbsent(recorder.id(), id -> new ArrayList<>()).add(record);
        return true;
    }
}
