package herald.log;

import herald.io.Disk;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads a log record by record, in this process or another, while it is written. Takes no lock and writes nothing.
 * Owned by one thread.
 */
public final class LogReader implements AutoCloseable {
    private static final int POLLS_PER_LISTING = 64;

    private final Disk disk;
    private final Path directory;
    private final LogDamage.Listener onDamage;
    private Segment segment;
    private long position;
    private long recordPosition;
    private int bodyOffset;
    private int bodyLength;
    private int idlePolls;
    private boolean searched;

    /**
     * A reader at a position.
     *
     * @param disk         that holds the log.
     * @param directory    of its segments; it may not exist yet.
     * @param fromPosition a record's, a segment's base, or 0 for the oldest; where the log no longer goes back that
     *                     far, the reader starts at the oldest and reports the range as damage.
     * @param onDamage     told of ranges that are missing or hold no valid record.
     */
    public LogReader(
        final Disk disk, final Path directory, final long fromPosition, final LogDamage.Listener onDamage) {
        if (fromPosition < 0 || fromPosition % LogDescriptor.RECORD_ALIGNMENT != 0) {
            throw new IllegalArgumentException("position " + fromPosition + " is none of a log: it must be a " +
                "multiple of " + LogDescriptor.RECORD_ALIGNMENT);
        }
        this.disk = disk;
        this.directory = directory;
        this.position = fromPosition;
        this.onDamage = onDamage;
    }

    /**
     * Goes to the next record.
     *
     * @return true where there is one; false at the end of what is written so far.
     * @throws LogException where a segment can't be read.
     */
    public boolean next() {
        while (ensureSegment()) {
            final int offset = segment.offsetOf(position);
            final int length = segment.lengthAt(offset);
            final String defect = length == 0 ? "record without a length" : segment.defectOf(offset, length);
            if (defect != null) {
                if (!skipDamage(offset, length, defect)) {
                    return false;
                }
                continue;
            }
            recordPosition = position;
            position += BitUtil.align(Math.abs(length), LogDescriptor.RECORD_ALIGNMENT);
            if (length > 0) {
                bodyOffset = offset + LogDescriptor.RECORD_HEADER_LENGTH;
                bodyLength = length - LogDescriptor.RECORD_HEADER_LENGTH;
                return true;
            }
        }
        return false;
    }

    /**
     * The buffer that holds the current record, until the next call of {@link #next()}.
     *
     * @return the mapped segment.
     */
    public DirectBuffer buffer() {
        return segment.buffer();
    }

    /**
     * Where the current record's body is.
     *
     * @return an offset into {@link #buffer()}.
     */
    public int bodyOffset() {
        return bodyOffset;
    }

    /**
     * How long the current record's body is.
     *
     * @return in bytes.
     */
    public int bodyLength() {
        return bodyLength;
    }

    /**
     * Where the current record is.
     *
     * @return its position in bytes.
     */
    public long recordPosition() {
        return recordPosition;
    }

    /**
     * Where the next record will be looked for.
     *
     * @return a position in bytes.
     */
    public long position() {
        return position;
    }

    /**
     * The bases of the segments that exist now.
     *
     * @param disk      that holds the log.
     * @param directory of its segments.
     * @return ascending; empty where there is no log.
     */
    public static List<Long> segmentBases(final Disk disk, final Path directory) {
        try {
            final List<Long> bases = new ArrayList<>();
            for (final Path file : disk.list(directory, LogDescriptor.SEGMENT_SUFFIX)) {
                if (LogDescriptor.isSegmentName(file)) {
                    bases.add(LogDescriptor.basePosition(file));
                }
            }
            return bases;
        } catch (final IOException e) {
            throw new LogException("cannot list " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * The identity of a log.
     *
     * @param disk      that holds the log.
     * @param directory of its segments.
     * @return null where there is no log.
     */
    public static UUID logId(final Disk disk, final Path directory) {
        final List<Long> bases = segmentBases(disk, directory);
        if (bases.isEmpty()) {
            return null;
        }
        final Path last = LogDescriptor.segmentFile(directory, bases.get(bases.size() - 1));
        try (Segment segment = Segment.open(disk, last, false)) {
            return segment.header().logId();
        } catch (final IOException e) {
            throw new LogException("cannot read " + last + ": " + e.getMessage(), e);
        }
    }

    private boolean ensureSegment() {
        while (segment == null || position >= segment.endPosition()) {
            final long base = baseOfSegmentAt(position);
            if (base < 0 || (segment != null && base <= segment.basePosition())) {
                return false;
            }
            if (open(base) && position < base + LogDescriptor.SEGMENT_HEADER_LENGTH) {
                enter(base);
            }
        }
        return true;
    }

    private long baseOfSegmentAt(final long wanted) {
        long base = -1;
        for (final long candidate : segmentBases(disk, directory)) {
            if (base < 0 || candidate <= wanted) {
                base = candidate;
            }
        }
        final boolean exhausted = segment != null && base == segment.basePosition();
        return exhausted ? baseAfter(base) : base;
    }

    private long baseAfter(final long base) {
        for (final long candidate : segmentBases(disk, directory)) {
            if (candidate > base) {
                return candidate;
            }
        }
        return -1;
    }

    private boolean open(final long base) {
        close();
        try {
            segment = Segment.open(disk, LogDescriptor.segmentFile(directory, base), false);
            searched = false;
            return true;
        } catch (final NoSuchFileException e) {
            return false;
        } catch (final IOException e) {
            throw new LogException("cannot read the log in " + directory + ": " + e.getMessage(), e);
        }
    }

    private void enter(final long base) {
        if (position < base && position > 0) {
            onDamage.onDamage(new LogDamage(position, base, "these segments are not kept any more"));
        }
        position = base + LogDescriptor.SEGMENT_HEADER_LENGTH;
    }

    /**
     * Skips what is no record, where the log has gone on past it. Where nothing follows, it is the end, or a torn tail
     * that the appender mends when it opens the log. The search of what is only unpublished is made once a segment:
     * records appear there in order.
     *
     * @return false at the end of the log.
     */
    private boolean skipDamage(final int offset, final int length, final String defect) {
        if (length == 0 && searched && ++idlePolls % POLLS_PER_LISTING != 0) {
            return false;
        }
        int next = segment.header().segmentLength();
        final boolean thorough = !searched;
        if (length != 0 || thorough) {
            next = LogTail.nextValid(segment, offset);
            searched = true;
        }
        final boolean passed = next < segment.header().segmentLength() || hasRecordsAfter(thorough);
        if (segment.lengthAt(offset) != length) {
            return true;
        }
        if (passed) {
            final long to = segment.basePosition() + next;
            onDamage.onDamage(new LogDamage(position, to, defect + " in " + segment.file()));
            position = to;
        }
        return passed;
    }

    private boolean hasRecordsAfter(final boolean thorough) {
        final long later = baseAfter(segment.basePosition());
        if (later < 0) {
            return false;
        }
        if (baseAfter(later) >= 0) {
            return true;
        }
        try (Segment next = Segment.open(disk, LogDescriptor.segmentFile(directory, later), false)) {
            return thorough ? !LogTail.holdsNoRecord(next) : !LogTail.isEmpty(next);
        } catch (final IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }
}
