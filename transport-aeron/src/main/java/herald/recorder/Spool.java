package herald.recorder;

import herald.io.Disk;
import herald.io.FileMutex;
import herald.link.Acknowledger;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import static herald.recorder.SpoolDescriptor.FRAME_HEADER_LENGTH;

/**
 * A recorder's memory-mapped ring of accepted, not yet acknowledged events. Whatever was published in it survives the
 * process. {@link SpoolFile} opens it.
 *
 * <p>Three roles, one thread at a time each: the appender ({@link #claim}, {@link #publish}, under the recorder's
 * append lock), the sender ({@link #frameAt}, {@link #trim}, under its send lock) and anybody who reads counters.
 *
 * <pre>
 *      trimmed            sent                published
 *   ------|================|====================|- - - - - - -
 *       head           send cursor            tail
 *         `-- not acknowledged --------------'
 * </pre>
 */
public final class Spool implements Backlog, AutoCloseable {
    private static final AtomicLongFieldUpdater<Spool> LAST_SEQUENCE =
        AtomicLongFieldUpdater.newUpdater(Spool.class, "lastSequence");
    private static final AtomicLongFieldUpdater<Spool> TAIL_POSITION =
        AtomicLongFieldUpdater.newUpdater(Spool.class, "tailPosition");

    private final Disk disk;
    private final Path file;
    private final FileMutex mutex;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer header;
    private final UnsafeBuffer ring;
    private final SpoolFrames frames;
    private final int capacity;
    private final UUID recorderId;
    private final Cursor head;
    private boolean slotA;
    private volatile long headPosition;
    private volatile long tailPosition;
    private volatile long lastSequence;
    private volatile long trimmedSequence;
    private volatile boolean failed;
    private final long lostSequence;
    private final Append appended = new Append();
    private final Append forcing = new Append();
    private boolean forces;
    private volatile long forcedHeadPosition;
    private int claimOffset;

    /** A place in the ring: the frame there has the sequence after this one. */
    private static final class Cursor {
        private long position;
        private long sequence;
    }

    /** How far appending got, and where the head was then. */
    private static final class Append {
        private long position;
        private long sequence;
        private long headPosition;
    }

    /** Views of the mapping: what every store goes through. */
    @FunctionalInterface
    interface Views {
        UnsafeBuffer of(ByteBuffer mapping, int offset, int length);
    }

    Spool(final Disk disk, final Path file, final FileMutex mutex, final MappedByteBuffer mapping) {
        this(disk, file, mutex, mapping, UnsafeBuffer::new);
    }

    Spool(
        final Disk disk, final Path file, final FileMutex mutex, final MappedByteBuffer mapping, final Views views) {
        this.disk = disk;
        this.file = file;
        this.mutex = mutex;
        this.mapping = mapping;
        this.header = views.of(mapping, 0, SpoolDescriptor.HEADER_LENGTH);
        this.capacity = header.getInt(SpoolDescriptor.CAPACITY_OFFSET);
        this.ring = views.of(mapping, SpoolDescriptor.HEADER_LENGTH, capacity);
        this.recorderId = new UUID(
            header.getLong(SpoolDescriptor.RECORDER_ID_HIGH_OFFSET),
            header.getLong(SpoolDescriptor.RECORDER_ID_LOW_OFFSET));
        this.frames = new SpoolFrames(mapping, ring, capacity, recorderId);
        this.head = readHead();
        this.headPosition = head.position;
        this.trimmedSequence = head.sequence;
        recoverTail();
        final long used = header.getLong(SpoolDescriptor.USED_SEQUENCE_OFFSET);
        this.lostSequence = used > lastSequence ? used : 0;
    }

    static boolean hasTrimSlot(final DirectBuffer header) {
        return SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET) >= 0 ||
            SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET) >= 0;
    }

    private Cursor readHead() {
        final Cursor cursor = new Cursor();
        final long a = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET);
        final long b = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET);
        slotA = a >= b;
        final int slot = slotA ? SpoolDescriptor.TRIM_SLOT_A_OFFSET : SpoolDescriptor.TRIM_SLOT_B_OFFSET;
        cursor.position = Math.max(a, b);
        cursor.sequence = header.getLong(slot + SpoolDescriptor.TRIM_SEQUENCE_OFFSET);
        return cursor;
    }

    /** A frame of an earlier lap carries an older sequence, so the first one that does not fit is the end. */
    private void recoverTail() {
        long position = head.position;
        long sequence = head.sequence;
        int length = validLength(position, sequence + 1);
        while (length != 0 && position - head.position < capacity) {
            position += BitUtil.align(Math.abs(length), SpoolDescriptor.FRAME_ALIGNMENT);
            sequence += length > 0 ? 1 : 0;
            length = validLength(position, sequence + 1);
        }
        appended.position = position;
        appended.sequence = sequence;
        tailPosition = position;
        lastSequence = sequence;
    }

    private int validLength(final long position, final long sequence) {
        final int length = frames.wholeLength(offsetOf(position));
        return length != 0 && frames.sequence(offsetOf(position)) == sequence ? length : 0;
    }

    private int offsetOf(final long position) {
        return (int)(position & (capacity - 1));
    }

    /**
     * Makes room for an event. Appender only.
     *
     * @param maxBodyLength in bytes, at most.
     * @return the offset of the body in {@link #ring()}, or -1 where the spool is full.
     */
    int claim(final int maxBodyLength) {
        final int needed = SpoolDescriptor.alignedLength(maxBodyLength);
        final long free = (forces ? forcedHeadPosition : headPosition) + capacity;
        long tail = appended.position;
        final int offset = offsetOf(tail);
        final int toEnd = capacity - offset;
        final int padding = toEnd < needed ? toEnd : 0;
        if (tail + padding + needed > free) {
            return -1;
        }
        if (padding > 0) {
            publishFrame(offset, -padding, appended.sequence + 1);
            tail += padding;
            appended.position = tail;
        }
        claimOffset = offsetOf(tail);
        return claimOffset + FRAME_HEADER_LENGTH;
    }

    /** Sequence of the event that is appended next, above 0. Appender only. */
    long nextSequence() {
        return appended.sequence + 1;
    }

    /**
     * Publishes the claimed event under the next sequence. From here on it is accepted, or, after {@link #forceFirst},
     * once {@link #force} has covered it.
     *
     * @param bodyLength in bytes, as encoded.
     * @return its sequence.
     */
    long publish(final int bodyLength) {
        final long sequence = appended.sequence + 1;
        publishFrame(claimOffset, FRAME_HEADER_LENGTH + bodyLength, sequence);
        appended.position += SpoolDescriptor.alignedLength(bodyLength);
        appended.sequence = sequence;
        if (!forces) {
            accept(sequence, appended.position);
        }
        return sequence;
    }

    /**
     * One thread at a time accepts, so that the counter needs no atomic addition. The tail is published last.
     */
    private void accept(final long sequence, final long position) {
        final int recorded = RecorderCounter.RECORDED.offset();
        header.putLongRelease(recorded, header.getLong(recorded) + sequence - lastSequence);
        header.putLongRelease(SpoolDescriptor.USED_SEQUENCE_OFFSET, sequence);
        LAST_SEQUENCE.lazySet(this, sequence);
        TAIL_POSITION.lazySet(this, position);
    }

    /**
     * From here on events are accepted, and shown to the sender, once they are forced. Before the first one.
     *
     * @throws IOException where the device fails.
     */
    void forceFirst() throws IOException {
        disk.force(mapping, 0, mapping.capacity());
        forcedHeadPosition = headPosition;
        forcing.headPosition = headPosition;
        forces = true;
    }

    /**
     * Takes note of what the next {@link #force} covers. Appender only, with the turn to force.
     *
     * <p>Here, and not by {@link #trim}, the trim slot is written that was not forced last: so there is always one
     * whole slot on the device, and no frame behind its position is overwritten.
     */
    void prepareForce() {
        forcing.position = appended.position;
        forcing.sequence = appended.sequence;
        final long trimmedTo = headPosition;
        if (trimmedTo > forcing.headPosition) {
            final long next = trimmedTo < appended.position ? sequenceAt(trimmedTo) : appended.sequence + 1;
            putTrimSlot(trimmedTo, next - 1);
            forcing.headPosition = trimmedTo;
        }
    }

    private void putTrimSlot(final long position, final long sequence) {
        slotA = !slotA;
        SpoolDescriptor.putTrimSlot(
            header,
            slotA ? SpoolDescriptor.TRIM_SLOT_A_OFFSET : SpoolDescriptor.TRIM_SLOT_B_OFFSET,
            position,
            sequence);
    }

    /**
     * Forces and accepts what was appended before {@link #prepareForce}, beside appending. The head is forced with it:
     * what is trimmed for the process alone must not be overwritten, a power cut brings it back.
     *
     * @throws IOException where the device failed: nothing more must be accepted.
     */
    void force() throws IOException {
        disk.force(mapping, 0, mapping.capacity());
        forcedHeadPosition = forcing.headPosition;
        if (forcing.sequence > lastSequence) {
            accept(forcing.sequence, forcing.position);
        }
    }

    /** Whether a force would make room: events were trimmed since the last one. */
    boolean hasRoomAfterForce() {
        return forces && headPosition > forcedHeadPosition;
    }

    /**
     * Takes back what is not accepted, the newest first, so that nothing seems to be missing wherever the process may
     * be killed: a later launch must not find it. Appender only.
     */
    void fail() {
        header.putLongRelease(SpoolDescriptor.FAILED_OFFSET, 1);
        final LongArrayList frameStarts = new LongArrayList();
        for (long position = tailPosition; position < appended.position; position = nextPosition(position)) {
            frameStarts.addLong(position);
        }
        for (int i = frameStarts.size() - 1; i >= 0; i--) {
            ring.putIntRelease(offsetOf(frameStarts.getLong(i)) + SpoolDescriptor.LENGTH_OFFSET, 0);
        }
        failed = true;
    }

    /** Whether a force has failed, and nothing more is accepted. Any thread. */
    boolean isFailed() {
        return failed;
    }

    private void publishFrame(final int offset, final int length, final long sequence) {
        ring.putLong(offset + SpoolDescriptor.SEQUENCE_OFFSET, sequence);
        ring.putInt(offset + SpoolDescriptor.CRC_OFFSET, frames.checksum(offset, length));
        ring.putIntRelease(offset + SpoolDescriptor.LENGTH_OFFSET, length);
    }

    /** The ring, to encode into and to send from. */
    MutableDirectBuffer ring() {
        return ring;
    }

    /**
     * Whose events these are.
     *
     * @return random, 128 bits.
     */
    @Override
    public UUID recorderId() {
        return recorderId;
    }

    /**
     * The file behind it.
     *
     * @return its path.
     */
    @Override
    public Path file() {
        return file;
    }

    /**
     * Sequence of the newest accepted event. Any thread.
     *
     * @return 0 where there was none ever.
     */
    @Override
    public long lastSequence() {
        return lastSequence;
    }

    /**
     * Up to which sequence events are known to have been accepted that damage took: those after
     * {@link #lastSequence()}, as it was when the spool was opened. Such a spool is only drained.
     *
     * @return 0 where nothing is lost.
     */
    public long lostSequence() {
        return lostSequence;
    }

    @Override
    public long firstSequence() {
        return trimmedSequence + 1;
    }

    @Override
    public boolean isEndKnown() {
        return true;
    }

    /**
     * Sequence up to which events were trimmed. Any thread.
     *
     * @return 0 where none was.
     */
    @Override
    public long trimmedSequence() {
        return trimmedSequence;
    }

    /**
     * Whether every event was acknowledged; padding is none. Any thread.
     *
     * @return true where nothing waits.
     */
    @Override
    public boolean isEmpty() {
        return trimmedSequence == lastSequence;
    }

    @Override
    public long headPosition() {
        return headPosition;
    }

    /**
     * Where the newest accepted event ends. Any thread.
     *
     * @return a position in bytes.
     */
    @Override
    public long tailPosition() {
        return tailPosition;
    }

    @Override
    public long frameAt(final long position, final DirectBuffer frame) {
        final int offset = offsetOf(position);
        final int length = ring.getIntAcquire(offset + SpoolDescriptor.LENGTH_OFFSET);
        if (length > 0) {
            frame.wrap(ring, offset + FRAME_HEADER_LENGTH, length - FRAME_HEADER_LENGTH);
        } else {
            frame.wrap(ring, offset, 0);
        }
        return after(position, length);
    }

    /**
     * Sequence of the frame at a position before the tail; of padding, that of the frame after it. Sender only.
     *
     * @param position of a frame.
     * @return its sequence.
     */
    public long sequenceAt(final long position) {
        return ring.getLong(offsetOf(position) + SpoolDescriptor.SEQUENCE_OFFSET);
    }

    @Override
    public long positionOf(final long sequence) {
        final long tail = tailPosition;
        long position = head.position;
        while (position < tail && sequenceAt(position) < sequence) {
            position = nextPosition(position);
        }
        return position;
    }

    private long nextPosition(final long position) {
        return after(position, ring.getIntAcquire(offsetOf(position) + SpoolDescriptor.LENGTH_OFFSET));
    }

    /** Never the same place, whatever somebody may have written into the file. */
    private static long after(final long position, final int length) {
        return position + Math.max(SpoolDescriptor.FRAME_ALIGNMENT,
            BitUtil.align(Math.abs(length), SpoolDescriptor.FRAME_ALIGNMENT));
    }

    @Override
    public void trim(final long sequence) {
        final long tail = tailPosition;
        long position = head.position;
        long trimmed = head.sequence;
        while (position < tail && sequenceAt(position) <= sequence) {
            if (ring.getInt(offsetOf(position) + SpoolDescriptor.LENGTH_OFFSET) > 0) {
                trimmed++;
            }
            position = nextPosition(position);
        }
        if (position != head.position) {
            if (!forces) {
                putTrimSlot(position, trimmed);
            }
            head.position = position;
            head.sequence = trimmed;
            trimmedSequence = trimmed;
            headPosition = position;
        }
    }

    @Override
    public Acknowledger acknowledger() {
        return SpoolDescriptor.acknowledger(header);
    }

    @Override
    public void acknowledgedBy(final Acknowledger by) {
        SpoolDescriptor.putAcknowledger(header, by);
    }

    @Override
    public void acknowledgedAt(final long journalPosition) {
        SpoolDescriptor.putAcknowledgedPosition(header, journalPosition);
    }

    @Override
    public long nextAttempt() {
        return header.getAndAddLong(SpoolDescriptor.ATTEMPT_OFFSET, 1) + 1;
    }

    @Override
    public void count(final RecorderCounter counter, final long amount) {
        header.putLongRelease(counter.offset(), header.getLong(counter.offset()) + amount);
    }

    /**
     * A counter's value. Any thread.
     *
     * @param counter to read.
     * @return over the life of the spool.
     */
    public long counter(final RecorderCounter counter) {
        return header.getLongVolatile(counter.offset());
    }

    /** Whether the header says that it is of the file that has its name now. */
    boolean isOfItsFile() throws IOException {
        return SpoolFile.isIn(file, header);
    }

    /** All of the file, as it is mapped. */
    MappedByteBuffer contents() {
        return mapping;
    }

    /**
     * Unmaps the spool and lets others have it. Nobody may use it any more.
     */
    @Override
    public void close() {
        disk.unmap(mapping);
        mutex.close();
    }
}
