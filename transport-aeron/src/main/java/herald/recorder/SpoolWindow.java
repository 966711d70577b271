package herald.recorder;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A part of a spool's ring in memory, read anew wherever a look goes beyond it: a ring may be a thousand times as long.
 * What was found whole in it stays what it was, whatever happens to the file. One thread's.
 *
 * <pre>
 *   ring    |--------------------------------------------------|
 *   window              |==============|
 *                       start          start + ring.capacity()
 * </pre>
 */
final class SpoolWindow {
    private final SpoolBytes bytes;
    private final UUID recorderId;
    private final int capacity;
    private final int available;
    private final int room;
    private ByteBuffer memory;
    private final ByteBuffer single = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final UnsafeBuffer ring = new UnsafeBuffer(0, 0);
    private SpoolFrames frames;
    private int start;

    /**
     * A window that holds nothing yet.
     *
     * @param bytes      of the file.
     * @param recorderId of the spool.
     * @param capacity   of the ring, as the header has it.
     * @param available  how much of the ring is there, in bytes.
     * @param length     of the window, at least that of the longest frame.
     */
    SpoolWindow(
        final SpoolBytes bytes, final UUID recorderId, final int capacity, final int available, final int length) {
        this.bytes = bytes;
        this.recorderId = recorderId;
        this.capacity = capacity;
        this.available = available;
        this.room = Math.min(Math.max(length, SpoolFrames.MAX_FRAME_LENGTH), available);
    }

    /** As {@link SpoolFrames#wholeLength}. */
    int wholeLength(final int offset) throws IOException {
        if (offset > available - SpoolDescriptor.FRAME_HEADER_LENGTH) {
            return 0;
        }
        require(offset, Math.min(SpoolFrames.MAX_FRAME_LENGTH, available - offset));
        return frames.wholeLength(offset - start);
    }

    /** Of the frame at the place that was last found whole. */
    long sequence(final int offset) {
        return frames.sequence(offset - start);
    }

    /** The body of the frame at the place that was last found whole; valid until the window moves. */
    void body(final int offset, final int length, final DirectBuffer body) {
        body.wrap(ring, offset - start + SpoolDescriptor.FRAME_HEADER_LENGTH,
            length - SpoolDescriptor.FRAME_HEADER_LENGTH);
    }

    /** The length that a frame has of itself. The window stays where it is. */
    int length(final int offset) throws IOException {
        if (holds(offset, Integer.BYTES)) {
            return ring.getInt(offset - start + SpoolDescriptor.LENGTH_OFFSET);
        }
        bytes.read(SpoolDescriptor.HEADER_LENGTH + (long)offset, single.clear().limit(Integer.BYTES));
        return single.getInt(0);
    }

    /** A byte, for looks that go backwards. */
    byte byteAt(final int offset) throws IOException {
        if (!holds(offset, 1)) {
            load(Math.max(0, offset + 1 - room));
        }
        return ring.getByte(offset - start);
    }

    private void require(final int offset, final int length) throws IOException {
        if (!holds(offset, length)) {
            load(Math.min(offset, available - room));
        }
        if (!holds(offset, length)) {
            load(offset);
        }
    }

    private boolean holds(final int offset, final int length) {
        return frames != null && offset >= start && offset + length <= start + ring.capacity();
    }

    private void load(final int from) throws IOException {
        frames = null;
        start = from;
        if (memory == null) {
            memory = ByteBuffer.allocate(SpoolDescriptor.HEADER_LENGTH + room);
        }
        final int length = Math.min(room, available - from);
        bytes.read(SpoolDescriptor.HEADER_LENGTH + (long)from,
            memory.clear().position(SpoolDescriptor.HEADER_LENGTH).limit(SpoolDescriptor.HEADER_LENGTH + length));
        ring.wrap(memory, SpoolDescriptor.HEADER_LENGTH, length);
        frames = new SpoolFrames(memory.clear(), ring, capacity - from, recorderId);
    }
}
