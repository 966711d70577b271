package herald.recorder;

import herald.events.EventType;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Remembers how the last few pairs of event type and reference were encoded, up to the message: most events of a
 * recorder differ from an earlier one in little more. Owned by whoever holds the append lock.
 */
final class EventTemplates {
    private static final int TEMPLATES = 8;
    private static final int MAX_LENGTH = 1024;

    private final EventType[] types = new EventType[TEMPLATES];
    private final ObjectReference[] references = new ObjectReference[TEMPLATES];
    private final int[] lengths = new int[TEMPLATES];
    private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[TEMPLATES * MAX_LENGTH]);
    private int next;

    /**
     * Copies what is known of a pair: both are compared as objects, since they never change.
     *
     * @param type      of the event.
     * @param reference of it, or null.
     * @param buffer    to copy to.
     * @param offset    in it.
     * @return the number of bytes, or 0 where the pair is not known.
     */
    @SuppressWarnings("ReferenceEquality")
    int copy(
        final EventType type, final ObjectReference reference, final MutableDirectBuffer buffer, final int offset) {
        for (int i = 0; i < TEMPLATES; i++) {
            if (types[i] == type && references[i] == reference) {
                buffer.putBytes(offset, bytes, i * MAX_LENGTH, lengths[i]);
                return lengths[i];
            }
        }
        return 0;
    }

    /**
     * Remembers a pair instead of the one that was remembered first, unless it is too long.
     *
     * @param type      of the event.
     * @param reference of it, or null.
     * @param buffer    that holds it.
     * @param offset    in it.
     * @param length    up to the message.
     */
    void keep(
        final EventType type,
        final ObjectReference reference,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (length <= MAX_LENGTH) {
            bytes.putBytes(next * MAX_LENGTH, buffer, offset, length);
            types[next] = type;
            references[next] = reference;
            lengths[next] = length;
            next = (next + 1) % TEMPLATES;
        }
    }
}
