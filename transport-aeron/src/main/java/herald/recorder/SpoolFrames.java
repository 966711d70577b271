package herald.recorder;

import herald.io.Crc32c;
import herald.link.LinkDescriptor;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

import static herald.recorder.SpoolDescriptor.FRAME_HEADER_LENGTH;

/**
 * Tells whole frames of a spool's ring from everything else, by shape and checksum. The recorder's id is part of each
 * checksum, so that a frame inside an event's text is none. Owned by one thread.
 */
final class SpoolFrames {
    static final int MAX_FRAME_LENGTH = FRAME_HEADER_LENGTH + LinkDescriptor.MAX_EVENT_LENGTH_LIMIT;

    private final UnsafeBuffer ring;
    private final Crc32c crc;
    private final int capacity;
    private final int idCrc;

    /**
     * Frames of a ring.
     *
     * @param file     that holds it, after the header.
     * @param ring     of it: less than its capacity where the file was cut.
     * @param capacity as the header has it.
     * @param id       of the recorder.
     */
    SpoolFrames(final ByteBuffer file, final UnsafeBuffer ring, final int capacity, final UUID id) {
        this.ring = ring;
        this.crc = new Crc32c().wrap(file);
        this.capacity = capacity;
        final ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0, id.getMostSignificantBits()).putLong(Long.BYTES, id.getLeastSignificantBits());
        this.idCrc = new Crc32c().wrap(bytes).compute(0, bytes.capacity());
    }

    int checksum(final int offset, final int length) {
        final int from = offset + SpoolDescriptor.SEQUENCE_OFFSET;
        final int end = length < 0 ? offset + FRAME_HEADER_LENGTH : offset + length;
        return crc.compute(SpoolDescriptor.HEADER_LENGTH + from, end - from) ^ length ^ idCrc;
    }

    /**
     * The length of the frame at a place, whichever its sequence.
     *
     * @param offset in the ring, a multiple of 16.
     * @return as the frame has it, negative for padding; 0 where no whole frame is.
     */
    int wholeLength(final int offset) {
        if (offset > ring.capacity() - FRAME_HEADER_LENGTH) {
            return 0;
        }
        final int length = ring.getIntAcquire(offset + SpoolDescriptor.LENGTH_OFFSET);
        final boolean shaped = length < 0 ? -length == capacity - offset :
            length >= FRAME_HEADER_LENGTH && length <= Math.min(MAX_FRAME_LENGTH, ring.capacity() - offset);
        return shaped && sequence(offset) > 0 &&
            ring.getInt(offset + SpoolDescriptor.CRC_OFFSET) == checksum(offset, length) ? length : 0;
    }

    long sequence(final int offset) {
        return ring.getLong(offset + SpoolDescriptor.SEQUENCE_OFFSET);
    }

    static int span(final int length) {
        return BitUtil.align(Math.abs(length), SpoolDescriptor.FRAME_ALIGNMENT);
    }
}
