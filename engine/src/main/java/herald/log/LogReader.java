package herald.log;

import herald.io.Disk;
import herald.io.ErrorText;
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
 *
 * <p>What is no record is reported once. A last record that is damaged is reported too, unless its length is gone: an
 * appender publishes the length last, so without one nobody can tell the record from one that is being written. What a
 * crash of the machine left behind a torn record is read as long as no appender has opened the log and cut it. A
 * segment whose header names another log than the last segment's does is reported and passed over.
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
    private UUID logId;
    private long reportedPosition;
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
            throw new LogException("cannot list " + directory + ": " + ErrorText.of(e), e);
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
        return logId(disk, directory, segmentBases(disk, directory));
    }

    private static UUID logId(final Disk disk, final Path directory, final List<Long> bases) {
        if (bases.isEmpty()) {
            return null;
        }
        final Path last = LogDescriptor.segmentFile(directory, bases.get(bases.size() - 1));
        try {
            return logIdIn(disk, last);
        } catch (final IOException e) {
            throw new LogException("cannot read " + last + ": " + ErrorText.of(e), e);
        }
    }

    private static UUID logIdIn(final Disk disk, final Path file) throws IOException {
        try (Segment segment = Segment.open(disk, file, false)) {
            return segment.header().logId();
        }
    }

    private boolean ensureSegment() {
        while (segment == null || position >= segment.endPosition()) {
            final long base = baseOfSegmentAt(position);
            if (base < 0 || (segment != null && base <= segment.basePosition())) {
                return false;
            }
            if (open(base)) {
                place(base);
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
        findLogId();
        try {
            segment = Segment.open(disk, LogDescriptor.segmentFile(directory, base), false);
            searched = false;
            return true;
        } catch (final NoSuchFileException e) {
            return false;
        } catch (final IOException e) {
            throw unreadable(e);
        }
    }

    private LogException unreadable(final IOException e) {
        return new LogException("cannot read the log in " + directory + ": " + ErrorText.of(e), e);
    }

    private void place(final long base) {
        if (position < base && position > 0 && position < segment.header().previousEnd()) {
            report(base, "these segments are not kept any more");
        }
        if (!segment.header().logId().equals(logId)) {
            position = Math.max(position, base);
            report(segment.endPosition(), segment.file() + " is of log " + segment.header().logId() + ", not of " +
                logId + ": " + LogDescriptor.REPAIR);
            position = segment.endPosition();
        } else if (position < base + LogDescriptor.SEGMENT_HEADER_LENGTH) {
            position = base + LogDescriptor.SEGMENT_HEADER_LENGTH;
        } else if (position < segment.endPosition()) {
            position = base + LogTail.endOfPaddingAt(segment, segment.offsetOf(position));
        }
    }

    /**
     * The last segment with a whole header says which log it is, since the appender goes by that one. One that can't be
     * read now is waited for: it may be the only one.
     */
    private void findLogId() {
        final List<Long> bases = logId == null ? segmentBases(disk, directory) : List.of();
        for (int last = bases.size() - 1; logId == null && last >= 0; last--) {
            final Path file = LogDescriptor.segmentFile(directory, bases.get(last));
            try {
                logId = logIdIn(disk, file);
            } catch (final NoSuchFileException | LogException e) {
                // Deleted meanwhile or damaged: the one before tells it too.
            } catch (final IOException e) {
                throw unreadable(e);
            }
        }
    }

    private void report(final long to, final String reason) {
        final long from = Math.max(position, reportedPosition);
        if (from < to) {
            reportedPosition = to;
            onDamage.onDamage(new LogDamage(from, to, reason));
        }
    }

    /**
     * Skips what is no record, where the log has gone on past it. Where nothing follows, it is the end, or a torn tail
     * that the appender mends when it opens the log: reported where it has a length, since no appender is at it. The
     * search of what is only unpublished is made once a segment: records appear there in order.
     *
     * @return false at the end of the log.
     */
    private boolean skipDamage(final int offset, final int length, final String defect) {
        if (searched && (length == 0 || reportedPosition > position) && ++idlePolls % POLLS_PER_LISTING != 0) {
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
            report(to, defect + " in " + segment.file());
            position = to;
        } else if (length != 0 && reportedPosition <= position) {
            report(segment.basePosition() + LogTail.endOfBytes(segment, offset), defect + " at the end of " +
                segment.file());
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
        } catch (final NoSuchFileException e) {
            return false;
        } catch (final IOException e) {
            throw unreadable(e);
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
