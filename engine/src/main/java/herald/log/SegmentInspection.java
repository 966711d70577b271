package herald.log;

import herald.io.Crc32c;
import herald.io.Disk;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * What a look at one segment file shows, whatever state it is in. Looking takes no lock and changes nothing.
 *
 * @param file         that was looked at.
 * @param basePosition as its name says.
 * @param length       of the file in bytes.
 * @param logId        of the log that it belongs to; null where the header does not say so any more.
 * @param createdNs    as the header says; 0 where it does not.
 * @param headerBase   where the segment begins as its header says, where that is whole; else -1.
 * @param defect       what is wrong with file or header; null where they are whole.
 */
public record SegmentInspection(
    Path file, long basePosition, long length, UUID logId, long createdNs, long headerBase, String defect) {
    /**
     * Looks at a file that has the name of a segment.
     *
     * @param disk that holds it.
     * @param file to look at.
     * @return what it shows.
     * @throws IOException  where it can't be read.
     * @throws LogException where its format is newer than this Herald.
     */
    public static SegmentInspection of(final Disk disk, final Path file) throws IOException {
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        final long base = LogDescriptor.basePosition(file);
        if (!attributes.isRegularFile()) {
            return new SegmentInspection(file, base, 0, null, 0, -1, "it is no regular file");
        }
        final long length = attributes.size();
        if (length < LogDescriptor.SEGMENT_HEADER_LENGTH || length > LogDescriptor.MAX_SEGMENT_LENGTH) {
            return new SegmentInspection(
                file, base, length, null, 0, -1, "it has " + length + " bytes, no segment has");
        }
        final MappedByteBuffer mapping = disk.map(file, false);
        try {
            return look(file, base, mapping);
        } finally {
            disk.unmap(mapping);
        }
    }

    private static SegmentInspection look(final Path file, final long base, final MappedByteBuffer mapping) {
        final UnsafeBuffer buffer = new UnsafeBuffer(mapping);
        final int crc = new Crc32c().wrap(mapping).compute(0, LogDescriptor.HEADER_CRC_OFFSET);
        if (buffer.getLong(LogDescriptor.MAGIC_OFFSET) != LogDescriptor.MAGIC ||
            buffer.getInt(LogDescriptor.HEADER_CRC_OFFSET) != crc) {
            return new SegmentInspection(file, base, mapping.capacity(), null, 0, -1, "its header is damaged");
        }
        final int version = buffer.getInt(LogDescriptor.VERSION_OFFSET);
        if (version > LogDescriptor.FORMAT_VERSION) {
            throw new LogException(file + " has format version " + version + ", this Herald reads up to " +
                LogDescriptor.FORMAT_VERSION + ": use the newer Herald that wrote it");
        }
        final UUID logId = new UUID(
            buffer.getLong(LogDescriptor.LOG_ID_HIGH_OFFSET), buffer.getLong(LogDescriptor.LOG_ID_LOW_OFFSET));
        return new SegmentInspection(file, base, mapping.capacity(), logId,
            buffer.getLong(LogDescriptor.CREATED_NS_OFFSET), buffer.getLong(LogDescriptor.BASE_POSITION_OFFSET),
            defectOf(buffer, base));
    }

    private static String defectOf(final UnsafeBuffer buffer, final long base) {
        final int segmentLength = buffer.getInt(LogDescriptor.SEGMENT_LENGTH_OFFSET);
        if (segmentLength != buffer.capacity()) {
            return "it has " + buffer.capacity() + " bytes, its header says " + segmentLength;
        }
        final long headerBase = buffer.getLong(LogDescriptor.BASE_POSITION_OFFSET);
        return headerBase == base ? null : "its header says base position " + headerBase;
    }

    /**
     * Whether it is a whole segment of another place of its log: under a wrong name.
     *
     * @return true where its header says so.
     */
    public boolean isMisplaced() {
        return headerBase >= 0 && headerBase != basePosition && headerBase % LogDescriptor.RECORD_ALIGNMENT == 0;
    }

    /**
     * Whether any record of it, which needs no header to be checked, is one of a log at this place.
     *
     * @param disk that holds the file.
     * @param id   of the log.
     * @return true where the header can be made again.
     * @throws IOException where the file can't be read.
     */
    public boolean holdsRecordOf(final Disk disk, final UUID id) throws IOException {
        final long usable = length & -LogDescriptor.RECORD_ALIGNMENT;
        if (usable < LogDescriptor.SEGMENT_HEADER_LENGTH + LogDescriptor.RECORD_HEADER_LENGTH ||
            usable > LogDescriptor.MAX_SEGMENT_LENGTH) {
            return false;
        }
        final Segment.Header header = new Segment.Header(id, basePosition, (int)usable, 0, 0);
        try (Segment segment = Segment.openAs(disk, file, header)) {
            final int before = LogDescriptor.SEGMENT_HEADER_LENGTH - LogDescriptor.RECORD_ALIGNMENT;
            return LogTail.nextValid(segment, before) < header.segmentLength();
        }
    }

    /**
     * Whether all of it behind its header is zero, as a segment is that was made ahead of time.
     *
     * @param disk that holds the file.
     * @return true where no record was ever in it.
     * @throws IOException where the file can't be read.
     */
    public boolean isUnused(final Disk disk) throws IOException {
        if (length == 0) {
            return true;
        }
        final MappedByteBuffer mapping = disk.map(file, false);
        try {
            for (int i = LogDescriptor.SEGMENT_HEADER_LENGTH; i < mapping.capacity(); i++) {
                if (mapping.get(i) != 0) {
                    return false;
                }
            }
            return true;
        } finally {
            disk.unmap(mapping);
        }
    }

    /**
     * Makes the segment again: what the file holds, under a header that is right, and zeros where it ends too early.
     * Nobody may have the log open.
     *
     * @param disk          that holds the file.
     * @param id            of the log.
     * @param segmentLength of the segment in bytes.
     * @param created       wall clock for the header, ns since the epoch.
     * @throws IOException where the new file can't be written: the old one is as it was.
     */
    public void restore(final Disk disk, final UUID id, final int segmentLength, final long created)
        throws IOException {
        final Path unnamed = file.resolveSibling(file.getFileName() + ".tmp");
        disk.delete(unnamed);
        final MappedByteBuffer old = disk.map(file, false);
        try {
            final MappedByteBuffer mapping = disk.create(unnamed, segmentLength);
            try {
                final UnsafeBuffer buffer = new UnsafeBuffer(mapping);
                final int kept = Math.min(old.capacity(), segmentLength);
                buffer.putBytes(0, old, 0, kept);
                buffer.setMemory(0, LogDescriptor.SEGMENT_HEADER_LENGTH, (byte)0);
                LogDescriptor.encodeSegmentHeader(
                    buffer, new Segment.Header(id, basePosition, segmentLength, created, basePosition));
                buffer.putInt(LogDescriptor.HEADER_CRC_OFFSET,
                    new Crc32c().wrap(mapping).compute(0, LogDescriptor.HEADER_CRC_OFFSET));
                disk.force(mapping, 0, segmentLength);
            } finally {
                disk.unmap(mapping);
            }
            disk.rename(unnamed, file);
        } finally {
            disk.unmap(old);
        }
    }

    /**
     * How much lies behind the last record: a crash of the machine tore it, or it is damaged.
     *
     * @param disk        that holds the log.
     * @param directory   of its segments.
     * @param endPosition behind the last record.
     * @return in bytes, to the last one that is not zero; 0 where the next record's length is not written.
     * @throws IOException where the segment can't be read.
     */
    public static long tornLength(final Disk disk, final Path directory, final long endPosition) throws IOException {
        Path file = null;
        for (final long base : LogReader.segmentBases(disk, directory)) {
            file = base <= endPosition ? LogDescriptor.segmentFile(directory, base) : file;
        }
        if (file == null || !Files.exists(file)) {
            return 0;
        }
        final MappedByteBuffer mapping = disk.map(file, false);
        try {
            final UnsafeBuffer buffer = new UnsafeBuffer(mapping);
            final long offset = endPosition - LogDescriptor.basePosition(file);
            if (offset + Integer.BYTES > buffer.capacity() || buffer.getIntVolatile((int)offset) == 0) {
                return 0;
            }
            int end = buffer.capacity() & -Long.BYTES;
            while (end > offset && buffer.getLong(end - Long.BYTES) == 0) {
                end -= Long.BYTES;
            }
            return Math.max(Integer.BYTES, end - offset);
        } finally {
            disk.unmap(mapping);
        }
    }
}
