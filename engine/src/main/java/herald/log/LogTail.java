package herald.log;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where the valid records of a last segment end, found by reading all of it.
 *
 * @param endPosition where the next record goes.
 * @param cutLength   bytes of a torn record that were padded.
 */
record LogTail(long endPosition, long cutLength) {
    static LogTail ofEmpty(final long basePosition) {
        return new LogTail(basePosition + LogDescriptor.SEGMENT_HEADER_LENGTH, 0);
    }

    static boolean isEmpty(final Segment segment) {
        return segment.lengthAt(LogDescriptor.SEGMENT_HEADER_LENGTH) == 0;
    }

    /** Whether nothing is lost with the segment, even where its first record is damaged. */
    static boolean holdsNoRecord(final Segment segment) {
        return isEmpty(segment) &&
            nextValid(segment, LogDescriptor.SEGMENT_HEADER_LENGTH) == segment.header().segmentLength();
    }

    /**
     * Finds the end, pads what a crash left half written there and reports damage before it.
     *
     * @param segment  to read and mend.
     * @param onDamage told of ranges that hold no valid record although valid ones follow.
     * @return the tail.
     */
    static LogTail repair(final Segment segment, final LogDamage.Listener onDamage) {
        final int capacity = segment.header().segmentLength();
        int offset = LogDescriptor.SEGMENT_HEADER_LENGTH;
        while (offset < capacity) {
            final int length = segment.lengthAt(offset);
            final String defect = length == 0 ? "record without a length" : segment.defectOf(offset, length);
            if (defect == null) {
                offset += BitUtil.align(Math.abs(length), LogDescriptor.RECORD_ALIGNMENT);
                continue;
            }
            final int next = nextValid(segment, offset);
            if (next == capacity) {
                return pad(segment, offset);
            }
            onDamage.onDamage(new LogDamage(
                segment.basePosition() + offset, segment.basePosition() + next, defect + " in " + segment.file()));
            offset = next;
        }
        return new LogTail(segment.endPosition(), 0);
    }

    /**
     * The next offset at which a valid record starts: every record names its own position, so none is found by chance.
     *
     * @param segment to search.
     * @param offset  of a record that is not valid.
     * @return the offset, or the segment's length where no record follows.
     */
    static int nextValid(final Segment segment, final int offset) {
        final UnsafeBuffer buffer = segment.buffer();
        final int capacity = segment.header().segmentLength();
        for (int i = offset + LogDescriptor.RECORD_ALIGNMENT; i < capacity; i += LogDescriptor.RECORD_ALIGNMENT) {
            if (buffer.getLong(i + LogDescriptor.POSITION_OFFSET) == segment.basePosition() + i) {
                final int length = segment.lengthAt(i);
                if (length != 0 && segment.defectOf(i, length) == null) {
                    return i;
                }
            }
        }
        return capacity;
    }

    private static LogTail pad(final Segment segment, final int offset) {
        final UnsafeBuffer buffer = segment.buffer();
        int end = segment.header().segmentLength();
        while (end > offset && buffer.getLong(end - Long.BYTES) == 0) {
            end -= Long.BYTES;
        }
        final long position = segment.basePosition() + offset;
        if (end == offset) {
            return new LogTail(position, 0);
        }
        final int cut = BitUtil.align(end - offset, LogDescriptor.RECORD_ALIGNMENT);
        buffer.setMemory(offset, cut, (byte)0);
        segment.publish(offset, -cut);
        return new LogTail(position + cut, cut);
    }
}
