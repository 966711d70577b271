package herald.recorder;

import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What the bytes of a spool hold, in whatever state they are: every whole event that was not trimmed, by sequence, and
 * what damage took. It looks at each place of the ring, so events behind damage are found too. Changes nothing.
 */
final class SpoolScan {
    private static final int OFFSET_BITS = 26;
    private static final long MAX_DISTANCE = 1L << (Long.SIZE - 1 - OFFSET_BITS);

    private final UnsafeBuffer file;
    private final List<SpoolInspection.Damage> damages = new ArrayList<>();
    private final UUID recorderId;
    private UnsafeBuffer ring;
    private SpoolFrames frames;
    private int capacity;
    private long headPosition = -1;
    private long trimmedSequence;
    private long usedSequence;
    /** Of each whole event: its distance from {@link #trimmedSequence} above the place in the ring, in 16 bytes. */
    private long[] events = {};

    private SpoolScan(final Path path, final ByteBuffer bytes) {
        this.file = new UnsafeBuffer(bytes);
        final int identity = wholeIdentity(path, bytes);
        if (identity < 0 || file.capacity() < SpoolDescriptor.HEADER_LENGTH) {
            damage(0, file.capacity(), identity < 0 ? "the header says neither whose events these are nor how many" :
                "the file is cut within its header");
            this.recorderId = null;
            return;
        }
        this.recorderId = id(identity);
        checkIdentities(bytes);
        readHeader(identity);
        frames = new SpoolFrames(bytes, ring, capacity, recorderId);
        findEvents();
        findDamages();
    }

    /**
     * Scans a spool.
     *
     * @param path  for messages.
     * @param bytes of the file.
     * @return what was found.
     * @throws SpoolException where the format is newer.
     */
    static SpoolScan of(final Path path, final ByteBuffer bytes) {
        return new SpoolScan(path, bytes);
    }

    /** Where a whole identity is; -1 where neither is whole. */
    static int wholeIdentity(final Path path, final ByteBuffer bytes) {
        final int identity = SpoolDescriptor.isIdentityWhole(bytes, 0) ? 0 :
            SpoolDescriptor.isIdentityWhole(bytes, SpoolDescriptor.IDENTITY_COPY_OFFSET) ?
                SpoolDescriptor.IDENTITY_COPY_OFFSET : -1;
        if (identity >= 0) {
            final int version = new UnsafeBuffer(bytes).getInt(identity + SpoolDescriptor.VERSION_OFFSET);
            if (version > SpoolDescriptor.FORMAT_VERSION) {
                throw new SpoolException(path + " has format version " + version + ", this Herald reads up to " +
                    SpoolDescriptor.FORMAT_VERSION + ": use the newer Herald that wrote it");
            }
        }
        return identity;
    }

    private UUID id(final int identity) {
        return new UUID(
            file.getLong(identity + SpoolDescriptor.RECORDER_ID_HIGH_OFFSET),
            file.getLong(identity + SpoolDescriptor.RECORDER_ID_LOW_OFFSET));
    }

    private void checkIdentities(final ByteBuffer bytes) {
        for (final int at : new int[] {0, SpoolDescriptor.IDENTITY_COPY_OFFSET}) {
            if (!SpoolDescriptor.isIdentityWhole(bytes, at)) {
                damage(at, at + SpoolDescriptor.IDENTITY_LENGTH, "one of the two copies of the header's identity");
            }
        }
    }

    private void readHeader(final int identity) {
        capacity = file.getInt(identity + SpoolDescriptor.CAPACITY_OFFSET);
        final int there = file.capacity() - SpoolDescriptor.HEADER_LENGTH;
        ring = new UnsafeBuffer(file, SpoolDescriptor.HEADER_LENGTH, Math.min(there, capacity));
        if (there != capacity) {
            damage(SpoolDescriptor.HEADER_LENGTH + Math.min(there, capacity),
                SpoolDescriptor.HEADER_LENGTH + Math.max(there, capacity),
                there < capacity ? "the file is cut" : "the file is longer than its header says");
        }
        readTrimmed();
        usedSequence = file.getLongVolatile(SpoolDescriptor.USED_SEQUENCE_OFFSET);
        final int mostFrames = capacity / SpoolDescriptor.FRAME_ALIGNMENT;
        if (usedSequence < 0 || (headPosition >= 0 && usedSequence - trimmedSequence > mostFrames)) {
            damage(SpoolDescriptor.USED_SEQUENCE_OFFSET, SpoolDescriptor.USED_SEQUENCE_OFFSET + Long.BYTES,
                "the used sequence, " + usedSequence + ", is no possible one");
            usedSequence = 0;
        }
    }

    private void readTrimmed() {
        final long a = SpoolDescriptor.slotPosition(file, SpoolDescriptor.TRIM_SLOT_A_OFFSET);
        final long b = SpoolDescriptor.slotPosition(file, SpoolDescriptor.TRIM_SLOT_B_OFFSET);
        headPosition = Math.max(a, b);
        if (headPosition >= 0) {
            final int slot = a >= b ? SpoolDescriptor.TRIM_SLOT_A_OFFSET : SpoolDescriptor.TRIM_SLOT_B_OFFSET;
            trimmedSequence = file.getLong(slot + SpoolDescriptor.TRIM_SEQUENCE_OFFSET);
        } else {
            damage(SpoolDescriptor.TRIM_SLOT_A_OFFSET, SpoolDescriptor.TRIM_SLOT_B_OFFSET,
                "both trim slots: events that were acknowledged are given again");
        }
    }

    private void findEvents() {
        final LongArrayList found = new LongArrayList();
        int offset = 0;
        while (offset < ring.capacity()) {
            final int length = frames.wholeLength(offset);
            if (length > 0) {
                final long distance = frames.sequence(offset) - trimmedSequence;
                if (distance > 0 && distance < MAX_DISTANCE) {
                    found.addLong(distance << OFFSET_BITS | offset / SpoolDescriptor.FRAME_ALIGNMENT);
                }
            }
            offset += Math.max(SpoolFrames.span(length), SpoolDescriptor.FRAME_ALIGNMENT);
        }
        events = found.toLongArray();
        Arrays.sort(events);
        dropRepeated();
        if (headPosition < 0 && events.length > 0) {
            trimTo(sequence(0) - 1);
        }
    }

    private void dropRepeated() {
        int kept = 0;
        for (int i = 0; i < events.length; i++) {
            if (kept == 0 || events[kept - 1] >> OFFSET_BITS != events[i] >> OFFSET_BITS) {
                events[kept++] = events[i];
            }
        }
        events = Arrays.copyOf(events, kept);
    }

    private void trimTo(final long sequence) {
        final long moved = sequence - trimmedSequence;
        for (int i = 0; i < events.length; i++) {
            events[i] -= moved << OFFSET_BITS;
        }
        trimmedSequence = sequence;
    }

    private void findDamages() {
        int expected = headPosition >= 0 ? offsetOf(headPosition) : events.length > 0 ? offset(0) : 0;
        long last = trimmedSequence;
        for (int i = 0; i < events.length; i++) {
            if (sequence(i) != last + 1) {
                damageInRing(expected, offset(i), missing(last + 1, sequence(i) - 1));
            } else if (offset(i) != expected && !(offset(i) == 0 && frames.wholeLength(expected) < 0)) {
                damageInRing(expected, offset(i), "padding between events");
            }
            expected = offsetOf(offset(i) + (long)SpoolFrames.span(length(i)));
            last = sequence(i);
        }
        if (usedSequence > last) {
            final int from = frames.wholeLength(expected) < 0 ? 0 : expected;
            damageInRing(from, endOfDamage(from), missing(last + 1, usedSequence));
        }
    }

    private static String missing(final long from, final long to) {
        return "events " + from + " to " + to;
    }

    /** Up to the next whole frame, which is of an earlier lap, and not beyond the last byte that is not zero. */
    private int endOfDamage(final int from) {
        int end = from;
        while (end < ring.capacity() && frames.wholeLength(end) == 0) {
            end += SpoolDescriptor.FRAME_ALIGNMENT;
        }
        end = Math.min(end, ring.capacity());
        while (end > from && ring.getByte(end - 1) == 0) {
            end--;
        }
        return Math.max(end, from);
    }

    private int offsetOf(final long position) {
        return (int)(position & (capacity - 1));
    }

    private void damageInRing(final int from, final int to, final String reason) {
        if (from <= to) {
            damage(SpoolDescriptor.HEADER_LENGTH + from, SpoolDescriptor.HEADER_LENGTH + to, reason);
        } else {
            damage(SpoolDescriptor.HEADER_LENGTH + from, SpoolDescriptor.HEADER_LENGTH + capacity, reason);
            damage(SpoolDescriptor.HEADER_LENGTH, SpoolDescriptor.HEADER_LENGTH + to, reason);
        }
    }

    private void damage(final long from, final long to, final String reason) {
        damages.add(new SpoolInspection.Damage(from, to, reason));
    }

    /** Null where the header is cut, or says neither whose events these are nor how many. */
    UUID recorderId() {
        return recorderId;
    }

    long headPosition() {
        return headPosition;
    }

    long trimmedSequence() {
        return trimmedSequence;
    }

    /** Of the newest event that is known to have been, whole or not. */
    long lastSequence() {
        return Math.max(usedSequence, events.length == 0 ? trimmedSequence : sequence(events.length - 1));
    }

    int count() {
        return events.length;
    }

    long sequence(final int index) {
        return trimmedSequence + (events[index] >> OFFSET_BITS);
    }

    /** Of the frame, in the ring. */
    int offset(final int index) {
        return (int)(events[index] & ((1L << OFFSET_BITS) - 1)) * SpoolDescriptor.FRAME_ALIGNMENT;
    }

    /** Of the frame with its header. */
    int length(final int index) {
        return ring.getInt(offset(index) + SpoolDescriptor.LENGTH_OFFSET);
    }

    List<SpoolInspection.Damage> damages() {
        return List.copyOf(damages);
    }
}
