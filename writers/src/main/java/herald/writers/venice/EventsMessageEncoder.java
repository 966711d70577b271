package herald.writers.venice;

import herald.disk.BatchDecoder;
import herald.disk.BatchEncoder;
import herald.dispatch.EventBatch;
import herald.event.EventDefaults;
import herald.venice.NodeEventsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Encodes some events of a batch as one message to the manager. Owned by one thread.
 */
final class EventsMessageEncoder {
    private static final int MAX_ENTRIES = 60_000;

    private final UnsafeBuffer part = new UnsafeBuffer(ByteBuffer.allocateDirect(VeniceDescriptor.MAX_MESSAGE_LENGTH));
    private final UnsafeBuffer message =
        new UnsafeBuffer(ByteBuffer.allocateDirect(VeniceDescriptor.MAX_MESSAGE_LENGTH));
    private final herald.disk.MessageHeaderEncoder batchHeader = new herald.disk.MessageHeaderEncoder();
    private final herald.venice.MessageHeaderEncoder header = new herald.venice.MessageHeaderEncoder();
    private final BatchEncoder batchEncoder = new BatchEncoder();
    private final NodeEventsEncoder events = new NodeEventsEncoder();
    private int length;
    private long position;

    /**
     * Encodes as many events as fit in a chunk, one at least.
     *
     * @param sessionId of the session.
     * @param sequence  of the message.
     * @param batch     that holds them.
     * @param index     of the first.
     * @return how many.
     */
    int encode(final long sessionId, final long sequence, final EventBatch batch, final int index) {
        final BatchEncoder.EventsEncoder entries = batchEncoder.wrapAndApplyHeader(part, 0, batchHeader)
            .fromTimeNs(batch.fromTimeNs())
            .toTimeNs(batch.toTimeNs())
            .resumePosition(batch.resumePosition())
            .overfull(0)
            .eventsCount(MAX_ENTRIES);
        int count = 0;
        while (index + count < batch.size()) {
            final BatchDecoder.EventsDecoder entry = batch.entry(index + count);
            final int entryLength = BatchEncoder.EventsEncoder.sbeBlockLength() +
                BatchEncoder.EventsEncoder.wireEventHeaderLength() + batch.wireEvent().capacity();
            if (count > 0 && batchEncoder.limit() + entryLength > VeniceDescriptor.CHUNK_LENGTH) {
                break;
            }
            append(entries.next(), entry, batch.wireEvent());
            count++;
        }
        // Where events of the batch are left, a session that begins anew begins with all of it.
        position = index + count == batch.size() ? batch.nextPosition() : batch.position();
        entries.resetCountToIndex();
        final EventDefaults defaults = batch.defaults();
        batchEncoder.node(defaults.node()).refTenant(defaults.refTenant()).refNamespace(defaults.refNamespace())
            .refKind(defaults.refKind()).refName(defaults.refName());
        events.wrapAndApplyHeader(message, 0, header)
            .sessionId(sessionId)
            .sequence(sequence)
            .position(position)
            .putBatch(part, 0, herald.disk.MessageHeaderEncoder.ENCODED_LENGTH + batchEncoder.encodedLength());
        length = herald.venice.MessageHeaderEncoder.ENCODED_LENGTH + events.encodedLength();
        return count;
    }

    private static void append(
        final BatchEncoder.EventsEncoder to, final BatchDecoder.EventsDecoder from, final DirectBuffer wireEvent) {
        to.eventIdHigh(from.eventIdHigh())
            .eventIdLow(from.eventIdLow())
            .firstSeenNs(from.firstSeenNs())
            .lastSeenNs(from.lastSeenNs())
            .firstRecordTimeNs(from.firstRecordTimeNs())
            .lastRecordTimeNs(from.lastRecordTimeNs())
            .position(from.position())
            .occurrences(from.occurrences());
        to.flags().clear().overfull(from.flags().overfull());
        to.putWireEvent(wireEvent, 0, wireEvent.capacity());
    }

    DirectBuffer message() {
        return message;
    }

    int length() {
        return length;
    }

    /** Up to where the manager has everything of the dispatch log with this message. */
    long position() {
        return position;
    }
}
