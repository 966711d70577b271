package herald.log;

import org.agrona.BitUtil;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where the valid records of a last segment end, found by reading all of it.
 *
 * @param endPosition where the next record goes.
 * @param cutLength   bytes of torn records that were padded.
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
     * <p>A crash of the machine may leave whole records behind a torn one, since the device writes pages in any order.
     * What follows the torn one was not durable then, and goes with it: otherwise the proxy would take events for
     * accepted although those before them are missing. It tells the two by what the records behind say: where one of
     * them was written after the place was durable, the place was damaged later.
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
            final int tornEnd = tornEnd(segment, offset, next);
            if (tornEnd >= 0) {
                return pad(segment, offset, tornEnd);
            }
            onDamage.onDamage(new LogDamage(
                segment.basePosition() + offset, segment.basePosition() + next, defect + " in " + segment.file()));
            offset = next;
        }
        return new LogTail(segment.endPosition(), 0);
    }

    /** Where the last record ends behind a place that was not durable; -1 where one of them says that it was. */
    private static int tornEnd(final Segment segment, final int offset, final int from) {
        final int capacity = segment.header().segmentLength();
        int end = offset;
        int next = from;
        while (next < capacity) {
            final int length = segment.lengthAt(next);
            if (length == 0 || segment.defectOf(next, length) != null) {
                next = nextValid(segment, next);
                continue;
            }
            if (segment.settledAt(next, length) > segment.basePosition() + offset) {
                return -1;
            }
            next += BitUtil.align(Math.abs(length), LogDescriptor.RECORD_ALIGNMENT);
            end = next;
        }
        return end;
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

    /**
     * Where the bytes behind an offset end that are not zero.
     *
     * @param segment to search.
     * @param offset  to begin at.
     * @return an offset at which a record may start; the one given where all is zero.
     */
    static int endOfBytes(final Segment segment, final int offset) {
        int end = segment.header().segmentLength();
        while (end > offset && segment.buffer().getLong(end - Long.BYTES) == 0) {
            end -= Long.BYTES;
        }
        return offset + BitUtil.align(end - offset, LogDescriptor.RECORD_ALIGNMENT);
    }

    /**
     * Where the padding ends that covers an offset: a position that somebody has kept may have become the inside of
     * padding since, where the log lost its end and went on past it.
     *
     * @param segment to look into.
     * @param offset  of the position.
     * @return the end of the padding, or the offset itself where there is none.
     */
    static int endOfPaddingAt(final Segment segment, final int offset) {
        final int published = segment.lengthAt(offset);
        if (published != 0 && segment.defectOf(offset, published) == null) {
            return offset;
        }
        int start = LogDescriptor.SEGMENT_HEADER_LENGTH;
        while (start < offset) {
            final int length = segment.lengthAt(start);
            final boolean valid = length != 0 && segment.defectOf(start, length) == null;
            final int end = valid ?
                start + BitUtil.align(Math.abs(length), LogDescriptor.RECORD_ALIGNMENT) : nextValid(segment, start);
            if (valid && length < 0 && end > offset) {
                return end;
            }
            start = end;
        }
        return offset;
    }

    /**
     * Makes padding of the records in a range, the last one first: whatever ends this half way, what is left is a whole
     * beginning.
     *
     * @param segment that is appended to.
     * @param from    offset of the first one.
     * @param to      offset behind the last one.
     */
    static void cut(final Segment segment, final int from, final int to) {
        final IntArrayList offsets = new IntArrayList();
        for (int i = from; i < to; i += BitUtil.align(Math.abs(segment.lengthAt(i)), LogDescriptor.RECORD_ALIGNMENT)) {
            offsets.addInt(i);
        }
        for (int i = offsets.size() - 1; i >= 0; i--) {
            segment.erase(offsets.getInt(i));
        }
        segment.buffer().setMemory(from, to - from, (byte)0);
        segment.pad(from, to - from);
    }

    private static LogTail pad(final Segment segment, final int offset, final int recordsEnd) {
        final long position = segment.basePosition() + offset;
        final int cut = Math.max(endOfBytes(segment, offset), recordsEnd) - offset;
        if (cut == 0) {
            return new LogTail(position, 0);
        }
        segment.buffer().setMemory(offset, cut, (byte)0);
        segment.pad(offset, cut);
        return new LogTail(position + cut, cut);
    }
}
