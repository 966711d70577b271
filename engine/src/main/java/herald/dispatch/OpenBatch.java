package herald.dispatch;

import herald.disk.BatchEncoder;
import herald.disk.MessageHeaderEncoder;
import herald.event.EventDefaults;
import herald.stage.EventSlot;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The batch that is being collected: encoded as it will stand in the dispatch log, with an index by event id, so that a
 * repeat changes its entry in place. Where something was touched again after others, entries are put in the order of
 * their last touch as the batch is completed. Owned by the batch stage.
 */
final class OpenBatch {
    private static final int MAX_ENTRIES = 65_000;
    private static final int INDEX_LENGTH = BitUtil.findNextPositivePowerOfTwo(2 * MAX_ENTRIES);
    private static final int MAX_TEXTS_LENGTH = 2048;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final BatchEncoder batch = new BatchEncoder();
    /** Number of an entry plus one by the hash of its event id; 0 where there is none. */
    private final int[] index = new int[INDEX_LENGTH];
    private final EntryOrder order = new EntryOrder(MAX_ENTRIES);
    private UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private boolean orderByLastTouch;
    private BatchEncoder.EventsEncoder events;
    private int lengthLimit;
    private boolean begun;
    private int entries;
    private int overfull;
    private int completeLength;

    /**
     * Sets how long a batch may grow.
     *
     * @param newLengthLimit in bytes.
     */
    void lengthLimit(final int newLengthLimit) {
        if (newLengthLimit != lengthLimit) {
            lengthLimit = newLengthLimit;
            buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(newLengthLimit + MAX_TEXTS_LENGTH));
        }
    }

    /**
     * Sets in which order entries stand.
     *
     * @param newOrder true: of their last touch; false: of their first one.
     */
    void orderByLastTouch(final boolean newOrder) {
        orderByLastTouch = newOrder;
    }

    boolean hasBegun() {
        return begun;
    }

    int size() {
        return entries;
    }

    int overfull() {
        return overfull;
    }

    /** Begins the batch, if it has not: it may stay without an event. */
    void begin(final long fromTimeNs) {
        if (begun) {
            return;
        }
        begun = true;
        Arrays.fill(index, 0);
        order.clear();
        overfull = 0;
        events = batch.wrapAndApplyHeader(buffer, 0, header).fromTimeNs(fromTimeNs).eventsCount(MAX_ENTRIES);
    }

    /**
     * Takes an event in: a new entry on first touch, otherwise a change of the entry that is there.
     *
     * @param slot after dedup.
     * @return false where a new entry does not fit, or the batch is complete: close it first.
     */
    boolean add(final EventSlot slot) {
        if (completeLength > 0) {
            return false;
        }
        if (entries > 0) {
            final int number = find(slot.eventIdHigh(), slot.eventIdLow());
            if (number >= 0) {
                order.touch(number);
                touch(order.offset(number), slot);
                return true;
            }
            if (entries == MAX_ENTRIES || batch.limit() + entryLength(slot) > lengthLimit) {
                return false;
            }
        } else {
            begin(slot.journalTimeNs());
        }
        append(slot);
        return true;
    }

    private static int entryLength(final EventSlot slot) {
        return BatchEncoder.EventsEncoder.sbeBlockLength() + BatchEncoder.EventsEncoder.wireEventHeaderLength() +
            slot.wireEvent().capacity();
    }

    private void append(final EventSlot slot) {
        final int entryOffset = batch.limit();
        events.next()
            .eventIdHigh(slot.eventIdHigh())
            .eventIdLow(slot.eventIdLow())
            .firstSeenNs(slot.firstSeenNs())
            .lastSeenNs(slot.journalTimeNs())
            .firstRecordTimeNs(slot.firstRecordTimeNs())
            .lastRecordTimeNs(slot.lastRecordTimeNs())
            .position(slot.firstPosition())
            .occurrences(slot.occurrences());
        events.flags().clear().overfull(slot.overfull());
        events.putWireEvent(slot.wireEvent(), 0, slot.wireEvent().capacity());
        entries++;
        overfull += slot.overfull() ? 1 : 0;
        index[freePlace(slot.eventIdHigh(), slot.eventIdLow())] = order.append(entryOffset) + 1;
    }

    private void touch(final int entryOffset, final EventSlot slot) {
        buffer.putLong(
            entryOffset + BatchEncoder.EventsEncoder.lastSeenNsEncodingOffset(), slot.journalTimeNs(), LITTLE_ENDIAN);
        buffer.putLong(
            entryOffset + BatchEncoder.EventsEncoder.lastRecordTimeNsEncodingOffset(),
            slot.lastRecordTimeNs(),
            LITTLE_ENDIAN);
        buffer.putLong(
            entryOffset + BatchEncoder.EventsEncoder.occurrencesEncodingOffset(), slot.occurrences(), LITTLE_ENDIAN);
    }

    /** The number of an entry; -1 where there is none. */
    private int find(final long idHigh, final long idLow) {
        int place = placeOf(idHigh, idLow);
        int number = index[place] - 1;
        while (number >= 0 && !isAt(order.offset(number), idHigh, idLow)) {
            place = (place + 1) & (INDEX_LENGTH - 1);
            number = index[place] - 1;
        }
        return number;
    }

    private int freePlace(final long idHigh, final long idLow) {
        int place = placeOf(idHigh, idLow);
        while (index[place] != 0) {
            place = (place + 1) & (INDEX_LENGTH - 1);
        }
        return place;
    }

    private static int placeOf(final long idHigh, final long idLow) {
        final long folded = idHigh ^ Long.rotateLeft(idLow, 17);
        final long mixed = (folded ^ (folded >>> 32)) * 0x9E37_79B9_7F4A_7C15L;
        return (int)(mixed >>> 47) & (INDEX_LENGTH - 1);
    }

    private boolean isAt(final int entryOffset, final long idHigh, final long idLow) {
        return buffer.getLong(
            entryOffset + BatchEncoder.EventsEncoder.eventIdHighEncodingOffset(), LITTLE_ENDIAN) == idHigh &&
            buffer.getLong(
                entryOffset + BatchEncoder.EventsEncoder.eventIdLowEncodingOffset(), LITTLE_ENDIAN) == idLow;
    }

    /**
     * Completes the batch. Asked again before {@link #clear()}, as after a full disk, it gives the same bytes.
     *
     * @param toTimeNs       journal time of the record that closes it.
     * @param resumePosition the journal is dispatched up to here.
     * @param defaults       what is filled in where an event leaves it open.
     * @return its length in {@link #buffer()}.
     */
    int complete(final long toTimeNs, final long resumePosition, final EventDefaults defaults) {
        if (completeLength > 0) {
            return completeLength;
        }
        events.resetCountToIndex();
        if (orderByLastTouch) {
            order.apply(buffer, batch.limit());
        }
        batch.toTimeNs(toTimeNs).resumePosition(resumePosition).overfull(overfull);
        final byte[] node = utf8(defaults.node());
        final byte[] refTenant = utf8(defaults.refTenant());
        final byte[] refNamespace = utf8(defaults.refNamespace());
        final byte[] refKind = utf8(defaults.refKind());
        final byte[] refName = utf8(defaults.refName());
        batch.putNode(node, 0, node.length)
            .putRefTenant(refTenant, 0, refTenant.length)
            .putRefNamespace(refNamespace, 0, refNamespace.length)
            .putRefKind(refKind, 0, refKind.length)
            .putRefName(refName, 0, refName.length);
        completeLength = MessageHeaderEncoder.ENCODED_LENGTH + batch.encodedLength();
        return completeLength;
    }

    /** Forgets the batch: it is in the log. */
    void clear() {
        begun = false;
        entries = 0;
        completeLength = 0;
    }

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    DirectBuffer buffer() {
        return buffer;
    }
}
