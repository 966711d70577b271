package herald.dispatch;

import herald.disk.BatchDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.event.EventDefaults;
import herald.event.EventFilter;
import herald.event.EventStructure;
import herald.event.EventView;
import herald.log.LogDamage;
import herald.log.LogDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.function.IntPredicate;

/**
 * One record of the dispatch log: the events touched in one batch interval, in the order of their last touch; in that
 * of their first one where it was made under the first folding rules. Reused by its reader; owned by one thread.
 */
public final class EventBatch {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final BatchDecoder batch = new BatchDecoder();
    private final UnsafeBuffer wireEvent = new UnsafeBuffer(0, 0);
    private final IntArrayList entryLimits = new IntArrayList();
    private final IntArrayList entryIndexes = new IntArrayList();
    private final EventView view = new EventView();
    private final EventStructure structure = new EventStructure();
    private EventDefaults defaults = EventDefaults.NONE;
    private long position;
    private long nextPosition;
    private int encodedLength;

    /**
     * Reads a record.
     *
     * @param recordPosition of the batch in the dispatch log.
     * @param endPosition    of the record after it.
     * @param buffer         that holds it, as long as this batch is used.
     * @param offset         of its message header.
     * @return this.
     */
    public EventBatch wrap(
        final long recordPosition, final long endPosition, final DirectBuffer buffer, final int offset) {
        position = recordPosition;
        nextPosition = endPosition;
        batch.wrapAndApplyHeader(buffer, offset, header);
        entryLimits.clear();
        entryIndexes.clear();
        final BatchDecoder.EventsDecoder events = batch.events();
        while (events.hasNext()) {
            entryIndexes.addInt(entryLimits.size());
            entryLimits.addInt(batch.limit());
            events.next();
            events.skipWireEvent();
        }
        defaults = new EventDefaults(
            batch.node(), batch.refTenant(), batch.refNamespace(), batch.refKind(), batch.refName());
        encodedLength = batch.limit() - offset;
        return this;
    }

    /**
     * Hides the events that a filter does not let pass.
     *
     * @param filter to apply.
     * @return how many were hidden.
     */
    public int retain(final EventFilter filter) {
        if (filter == EventFilter.ALL) {
            return 0;
        }
        return retain(index -> filter.matches(event(index)));
    }

    private int retain(final IntPredicate predicate) {
        int kept = 0;
        for (int i = 0; i < entryLimits.size(); i++) {
            if (predicate.test(i)) {
                entryLimits.setInt(kept, entryLimits.getInt(i));
                entryIndexes.setInt(kept, entryIndexes.getInt(i));
                kept++;
            }
        }
        final int hidden = entryLimits.size() - kept;
        for (int i = 0; i < hidden; i++) {
            entryLimits.removeAt(entryLimits.size() - 1);
            entryIndexes.removeAt(entryIndexes.size() - 1);
        }
        return hidden;
    }

    /**
     * Hides the events that can't be decoded.
     *
     * @param bodyOffset of the batch's message header in its buffer.
     * @param onDamage   told of each, with the range of the log that its entry takes.
     */
    void hideUnreadable(final int bodyOffset, final LogDamage.Listener onDamage) {
        retain(index -> {
            final int from = entryLimits.getInt(index);
            entry(index);
            final String defect = structure.defectOf(wireEvent, 0, wireEvent.capacity());
            if (defect != null) {
                final long entryPosition = position + LogDescriptor.RECORD_HEADER_LENGTH + from - bodyOffset;
                final int length = BatchDecoder.EventsDecoder.sbeBlockLength() +
                    BatchDecoder.EventsDecoder.wireEventHeaderLength() + wireEvent.capacity();
                onDamage.onDamage(LogDamage.unreadable(entryPosition, entryPosition + length,
                    "event " + (placeOf(index) + 1) + " of the batch at " + position + ": " + defect));
            }
            return defect == null;
        });
    }

    /**
     * The index of the first event at or after a place of the whole batch.
     *
     * @param place among all events of the batch, hidden ones included.
     * @return from 0 up to {@link #size()}.
     */
    public int indexOf(final int place) {
        int index = 0;
        while (index < entryIndexes.size() && entryIndexes.getInt(index) < place) {
            index++;
        }
        return index;
    }

    /**
     * The place of an event in the whole batch.
     *
     * @param index from 0 up to {@link #size()}.
     * @return its place among all events, hidden ones included.
     */
    public int placeOf(final int index) {
        return entryIndexes.getInt(index);
    }

    /**
     * How many events it has that are not hidden.
     *
     * @return from 0.
     */
    public int size() {
        return entryLimits.size();
    }

    /**
     * One event.
     *
     * @param index from 0 up to {@link #size()}.
     * @return a view that is valid until the next call.
     */
    public EventView event(final int index) {
        final BatchDecoder.EventsDecoder events = entry(index);
        return view.wrapDispatched(defaults, events, wireEvent, 0);
    }

    /**
     * One entry in its encoded form; {@link #wireEvent()} then holds its event.
     *
     * @param index from 0 up to {@link #size()}.
     * @return the entry at its first field, valid until the next call.
     */
    public BatchDecoder.EventsDecoder entry(final int index) {
        batch.sbeRewind();
        final BatchDecoder.EventsDecoder events = batch.events();
        batch.limit(entryLimits.getInt(index));
        events.next();
        final int eventOffset = batch.limit() + BatchDecoder.EventsDecoder.wireEventHeaderLength();
        wireEvent.wrap(batch.buffer(), eventOffset, events.wireEventLength());
        return events;
    }

    /**
     * The event of the entry that was last asked for.
     *
     * @return a whole wire message, header included.
     */
    public DirectBuffer wireEvent() {
        return wireEvent;
    }

    /**
     * How long the whole batch is, hidden events included.
     *
     * @return in bytes, the message header included.
     */
    public int encodedLength() {
        return encodedLength;
    }

    /**
     * Where the batch is.
     *
     * @return position in the dispatch log.
     */
    public long position() {
        return position;
    }

    /**
     * Where the next batch will be.
     *
     * @return position in the dispatch log.
     */
    public long nextPosition() {
        return nextPosition;
    }

    /**
     * The journal is dispatched up to here.
     *
     * @return position in the journal.
     */
    public long resumePosition() {
        batch.sbeRewind();
        return batch.resumePosition();
    }

    /**
     * Journal time of its first touch.
     *
     * @return ns since the epoch.
     */
    public long fromTimeNs() {
        batch.sbeRewind();
        return batch.fromTimeNs();
    }

    /**
     * Journal time of the record that closed it.
     *
     * @return ns since the epoch.
     */
    public long toTimeNs() {
        batch.sbeRewind();
        return batch.toTimeNs();
    }

    /**
     * How many of its events, hidden ones included, were new because dedup was full.
     *
     * @return from 0.
     */
    public int overfull() {
        batch.sbeRewind();
        return batch.overfull();
    }

    /**
     * What is filled in where an event leaves it open.
     *
     * @return the defaults in force when the batch was closed.
     */
    public EventDefaults defaults() {
        return defaults;
    }
}
