package herald.recorder;

import herald.link.Acknowledger;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
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
    /** No power cut leaves frames this far apart: it is what a recorder accepts in minutes. */
    private static final long MAX_DISTANCE = 1L << 28;
    /** Above it a distance has no room beside its place. */
    private static final long MAX_PACKED = 1L << (Long.SIZE - 1 - OFFSET_BITS);
    private static final int MAX_DAMAGES = 1024;
    private static final int WINDOW_LENGTH = 1024 * 1024;

    private final SpoolBytes bytes;
    private final UnsafeBuffer header;
    private final List<SpoolInspection.Damage> damages = new ArrayList<>();
    private final UUID recorderId;
    private SpoolWindow frames;
    private int capacity;
    private int available;
    private long headPosition = -1;
    private long trimmedSequence;
    private long usedSequence;
    private int longestFrame;
    /** Of each whole event: its distance from {@link #trimmedSequence} above the place in the ring, in 16 bytes. */
    private long[] events = {};

    private boolean idle;

    private SpoolScan(final SpoolBytes bytes, final boolean headOnly) throws IOException {
        this.bytes = bytes;
        final ByteBuffer start =
            ByteBuffer.allocate((int)Math.min(bytes.length(), SpoolDescriptor.HEADER_LENGTH));
        bytes.read(0, start);
        this.header = new UnsafeBuffer(start);
        final int identity = wholeIdentity(bytes.file(), start);
        final boolean cut = start.capacity() < SpoolDescriptor.HEADER_LENGTH;
        if (identity < 0 || cut || !SpoolDescriptor.isCapacity(capacityAt(identity))) {
            damage(0, bytes.length(), identity < 0 ? "the header says neither whose events these are nor how many" :
                cut ? "the file is cut within its header" :
                "the header says a capacity of " + capacityAt(identity) + " bytes, which no spool has");
            this.recorderId = null;
            return;
        }
        this.recorderId = id(identity);
        checkIdentities(start);
        readHeader(identity);
        frames = new SpoolWindow(bytes, recorderId, capacity, available, WINDOW_LENGTH);
        idle = damages.isEmpty() && trimmedSequence == usedSequence && !isNextThere();
        if (!idle && !headOnly) {
            findEvents();
            findDamages();
        }
        frames = null;
    }

    /**
     * Scans a spool.
     *
     * @param bytes of the file.
     * @return what was found.
     * @throws SpoolException where the format is newer.
     * @throws IOException    where it can't be read, or is cut meanwhile.
     */
    static SpoolScan of(final SpoolBytes bytes) throws IOException {
        return new SpoolScan(bytes, false);
    }

    /**
     * Looks at the header and the place behind the last event alone: {@link #isIdle()} says whether a scan would find
     * anything.
     *
     * @param bytes of the file.
     * @return what was found, without events.
     * @throws IOException where it can't be read, or is cut meanwhile.
     */
    static SpoolScan glance(final SpoolBytes bytes) throws IOException {
        return new SpoolScan(bytes, true);
    }

    /** Whether nothing waits. */
    boolean isIdle() {
        return idle;
    }

    /** Bytes of the header as they were. */
    DirectBuffer header() {
        return header;
    }

    /** Who acknowledged what was trimmed, as far as the header says. */
    Acknowledger acknowledger() {
        return SpoolDescriptor.acknowledger(header);
    }

    /** An event is there before the header says that its sequence is used. */
    private boolean isNextThere() throws IOException {
        final int place = offsetOf(headPosition);
        if (place > available - SpoolDescriptor.FRAME_HEADER_LENGTH || frames.length(place) == 0) {
            return false;
        }
        final int length = frames.wholeLength(place);
        return length != 0 && frames.sequence(place) == trimmedSequence + 1;
    }

    /** The same of bytes in memory. */
    static SpoolScan of(final Path path, final ByteBuffer bytes) {
        try {
            return new SpoolScan(SpoolBytes.of(path, bytes), false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private int capacityAt(final int identity) {
        return header.getInt(identity + SpoolDescriptor.CAPACITY_OFFSET);
    }

    private UUID id(final int identity) {
        return new UUID(
            header.getLong(identity + SpoolDescriptor.RECORDER_ID_HIGH_OFFSET),
            header.getLong(identity + SpoolDescriptor.RECORDER_ID_LOW_OFFSET));
    }

    private void checkIdentities(final ByteBuffer bytes) {
        for (final int at : new int[] {0, SpoolDescriptor.IDENTITY_COPY_OFFSET}) {
            if (!SpoolDescriptor.isIdentityWhole(bytes, at)) {
                damage(at, at + SpoolDescriptor.IDENTITY_LENGTH, "one of the two copies of the header's identity");
            }
        }
    }

    private void readHeader(final int identity) {
        capacity = capacityAt(identity);
        final long there = bytes.length() - SpoolDescriptor.HEADER_LENGTH;
        available = (int)Math.min(there, capacity);
        if (there != capacity) {
            damage(SpoolDescriptor.HEADER_LENGTH + Math.min(there, capacity),
                SpoolDescriptor.HEADER_LENGTH + Math.max(there, capacity),
                there < capacity ? "the file is cut" : "the file is longer than its header says");
        }
        readTrimmed();
        usedSequence = header.getLong(SpoolDescriptor.USED_SEQUENCE_OFFSET);
        if (headPosition >= 0 || usedSequence < 0) {
            checkUsed(trimmedSequence);
        }
    }

    /** Nobody accepts more events than the ring has places for. */
    private void checkUsed(final long before) {
        if (usedSequence < 0 || usedSequence - before > capacity / SpoolDescriptor.FRAME_ALIGNMENT) {
            damage(SpoolDescriptor.USED_SEQUENCE_OFFSET, SpoolDescriptor.USED_SEQUENCE_OFFSET + Long.BYTES,
                "the used sequence, " + usedSequence + ", is no possible one");
            usedSequence = 0;
        }
    }

    private void readTrimmed() {
        final long a = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET);
        final long b = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET);
        headPosition = Math.max(a, b);
        if (headPosition >= 0) {
            final int slot = a >= b ? SpoolDescriptor.TRIM_SLOT_A_OFFSET : SpoolDescriptor.TRIM_SLOT_B_OFFSET;
            trimmedSequence = header.getLong(slot + SpoolDescriptor.TRIM_SEQUENCE_OFFSET);
        } else {
            untrim("both trim slots: events that were acknowledged are given again");
        }
    }

    private void untrim(final String reason) {
        headPosition = -1;
        trimmedSequence = 0;
        damage(SpoolDescriptor.TRIM_SLOT_A_OFFSET, SpoolDescriptor.TRIM_SLOT_B_OFFSET, reason);
    }

    /**
     * A trim slot beyond the used sequence is what a power cut may leave, where the last trimmed event or the one after
     * it is still there. Otherwise it is not believed.
     */
    private void findEvents() throws IOException {
        final long trimmed = trimmedSequence;
        if (!collectEvents() && headPosition >= 0 && trimmed > usedSequence) {
            untrim("the trim slots say that events up to " + trimmed + " were acknowledged, the newest one is " +
                usedSequence + ": all that are there are given again");
            collectEvents();
        }
        Arrays.sort(events);
        dropRepeated();
        if (headPosition < 0 && events.length > 0) {
            checkUsed(sequence(events.length - 1));
            trimTo(sequence(0) - 1);
        }
    }

    /** Says whether the frame on either side of the trimmed position was found. */
    private boolean collectEvents() throws IOException {
        final LongArrayList found = new LongArrayList();
        boolean atTrimmed = false;
        longestFrame = 0;
        int offset = 0;
        while (offset < available) {
            final int length = frames.wholeLength(offset);
            if (length > 0) {
                final long sequence = frames.sequence(offset);
                final long distance = sequence - trimmedSequence;
                atTrimmed |= distance == 0 || distance == 1;
                if (distance > 0 && isPossible(sequence)) {
                    found.addLong(distance << OFFSET_BITS | offset / SpoolDescriptor.FRAME_ALIGNMENT);
                    longestFrame = Math.max(longestFrame, length);
                } else if (distance > 0) {
                    damageInRing(offset, offset + length, "a frame of sequence " + sequence + ", no possible one");
                }
            }
            offset += Math.max(SpoolFrames.span(length), SpoolDescriptor.FRAME_ALIGNMENT);
        }
        events = found.toLongArray();
        return atTrimmed;
    }

    private boolean isPossible(final long sequence) {
        final boolean known = headPosition >= 0 || usedSequence > 0;
        return sequence - trimmedSequence < MAX_PACKED &&
            (!known || sequence - Math.max(trimmedSequence, usedSequence) < MAX_DISTANCE);
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

    private void findDamages() throws IOException {
        int expected = headPosition >= 0 ? offsetOf(headPosition) : events.length > 0 ? offset(0) : 0;
        long last = trimmedSequence;
        for (int i = 0; i < events.length; i++) {
            if (sequence(i) != last + 1) {
                damageInRing(expected, offset(i), missing(last + 1, sequence(i) - 1));
            } else if (offset(i) != expected && !(offset(i) == 0 && frames.wholeLength(expected) < 0)) {
                damageInRing(expected, offset(i), "padding between events");
            }
            expected = offsetOf(offset(i) + (long)SpoolFrames.span(frames.length(offset(i))));
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
    private int endOfDamage(final int from) throws IOException {
        int end = from;
        while (end < available && frames.wholeLength(end) == 0) {
            end += SpoolDescriptor.FRAME_ALIGNMENT;
        }
        end = Math.min(end, available);
        while (end > from && frames.byteAt(end - 1) == 0) {
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
        if (damages.size() < MAX_DAMAGES) {
            damages.add(new SpoolInspection.Damage(from, to, reason));
        } else if (damages.size() == MAX_DAMAGES) {
            damages.add(new SpoolInspection.Damage(from, from, "and more places, which are not told"));
        }
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

    /** Of the frame with its header, as the file has it now. */
    int length(final int index) {
        try {
            return window(0).length(offset(index));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the longest frame that waits, with its header. */
    int longestFrame() {
        return longestFrame;
    }

    int capacity() {
        return capacity;
    }

    /** A look at the frames, one after the other. */
    SpoolWindow window(final int length) {
        return new SpoolWindow(bytes, recorderId, capacity, available, length);
    }

    /** What is found to be damaged later. */
    void damageAt(final int index, final String reason) {
        final long from = SpoolDescriptor.HEADER_LENGTH + (long)offset(index);
        damage(from, from + SpoolDescriptor.FRAME_HEADER_LENGTH, reason);
    }

    List<SpoolInspection.Damage> damages() {
        return List.copyOf(damages);
    }
}
