package herald.log;

import herald.io.Crc32c;
import herald.io.Disk;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * One mapped file of a log. Owned by one thread, except that a reader in any process may follow what is published.
 */
final class Segment implements AutoCloseable {
    /**
     * What a segment says of itself.
     *
     * @param logId         random, the same in all segments of one log.
     * @param basePosition  position of the segment's first byte.
     * @param segmentLength in bytes.
     * @param createdNs     wall clock, ns since the epoch.
     * @param previousEnd   where the segment before ends: less than the base only where positions were passed over; 0
     *                      in the first segment of a log.
     */
    record Header(UUID logId, long basePosition, int segmentLength, long createdNs, long previousEnd) {
    }

    private final Disk disk;
    private final Path file;
    private final Header header;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;
    private final Crc32c crc;
    private final int logIdCrc;

    private Segment(final Disk disk, final Path file, final MappedByteBuffer mapping, final Header header) {
        this.disk = disk;
        this.file = file;
        this.mapping = mapping;
        this.header = header;
        this.buffer = new UnsafeBuffer(mapping);
        this.crc = new Crc32c().wrap(mapping);
        this.logIdCrc = crcOf(header.logId());
    }

    /**
     * Makes a segment. As soon as it has its name, header and length are on the device; its zeros need not be, since
     * records come over them, and a force of those takes along what is theirs.
     */
    static Segment create(final Disk disk, final Path directory, final Header header) throws IOException {
        final Path file = LogDescriptor.segmentFile(directory, header.basePosition());
        final Path unnamed = file.resolveSibling(file.getFileName() + ".tmp");
        disk.delete(unnamed);
        final MappedByteBuffer mapping = disk.create(unnamed, header.segmentLength());
        boolean created = false;
        try {
            final UnsafeBuffer buffer = new UnsafeBuffer(mapping);
            LogDescriptor.encodeSegmentHeader(buffer, header);
            buffer.putInt(
                LogDescriptor.HEADER_CRC_OFFSET,
                new Crc32c().wrap(mapping).compute(0, LogDescriptor.HEADER_CRC_OFFSET));
            disk.force(mapping, 0, LogDescriptor.SEGMENT_HEADER_LENGTH);
            disk.rename(unnamed, file);
            created = true;
            touchPages(buffer);
            return new Segment(disk, file, mapping, header);
        } finally {
            if (!created) {
                disk.unmap(mapping);
                disk.delete(unnamed);
            }
        }
    }

    /** Takes the page faults here, not where records are appended: each costs as much as several records. */
    private static void touchPages(final UnsafeBuffer buffer) {
        for (int offset = Disk.MIN_PAGE_LENGTH; offset < buffer.capacity(); offset += Disk.MIN_PAGE_LENGTH) {
            buffer.putByte(offset, (byte)0);
        }
    }

    /**
     * Writes zeros where a segment is zero: a power cut may have left holes there, and a store into one on a full disk
     * kills the process. Comes before the first store.
     *
     * @param disk that holds it.
     * @param file of the segment, which nobody else writes to.
     * @throws IOException where there is no room.
     */
    static void fillHoles(final Disk disk, final Path file) throws IOException {
        final MappedByteBuffer mapping = disk.map(file, false);
        try {
            final ByteBuffer zeros = ByteBuffer.allocate(Disk.MIN_PAGE_LENGTH);
            int zerosFrom = 0;
            for (int offset = 0; offset < mapping.capacity(); offset += Disk.MIN_PAGE_LENGTH) {
                final int length = Math.min(Disk.MIN_PAGE_LENGTH, mapping.capacity() - offset);
                if (!mapping.slice(offset, length).equals(zeros.limit(length))) {
                    writeZeros(disk, file, zerosFrom, offset);
                    zerosFrom = offset + length;
                }
            }
            writeZeros(disk, file, zerosFrom, mapping.capacity());
        } finally {
            disk.unmap(mapping);
        }
    }

    private static void writeZeros(final Disk disk, final Path file, final int from, final int to) throws IOException {
        if (from < to) {
            disk.writeZeros(file, from, to - from);
        }
    }

    static Segment open(final Disk disk, final Path file, final boolean writable) throws IOException {
        final MappedByteBuffer mapping = disk.map(file, writable);
        try {
            return new Segment(disk, file, mapping, decodeHeader(file, mapping));
        } catch (final LogException e) {
            disk.unmap(mapping);
            throw e;
        }
    }

    /**
     * Maps a segment for reading, whatever its own header says.
     *
     * @param disk   that holds it.
     * @param file   of the segment.
     * @param header to read it by; its length is the file's.
     */
    static Segment openAs(final Disk disk, final Path file, final Header header) throws IOException {
        return new Segment(disk, file, disk.map(file, false), header);
    }

    private static Header decodeHeader(final Path file, final MappedByteBuffer mapping) {
        final UnsafeBuffer buffer = new UnsafeBuffer(mapping);
        if (buffer.capacity() < LogDescriptor.SEGMENT_HEADER_LENGTH ||
            buffer.getLong(LogDescriptor.MAGIC_OFFSET) != LogDescriptor.MAGIC) {
            throw new LogException(file + " is no segment of a Herald log: " + LogDescriptor.REPAIR);
        }
        final int version = buffer.getInt(LogDescriptor.VERSION_OFFSET);
        if (version > LogDescriptor.FORMAT_VERSION) {
            throw new LogException(file + " has format version " + version + ", this Herald reads up to " +
                LogDescriptor.FORMAT_VERSION + ": use the newer Herald that wrote it");
        }
        final int crc = new Crc32c().wrap(mapping).compute(0, LogDescriptor.HEADER_CRC_OFFSET);
        final Header header = new Header(
            new UUID(buffer.getLong(LogDescriptor.LOG_ID_HIGH_OFFSET), buffer.getLong(LogDescriptor.LOG_ID_LOW_OFFSET)),
            buffer.getLong(LogDescriptor.BASE_POSITION_OFFSET),
            buffer.getInt(LogDescriptor.SEGMENT_LENGTH_OFFSET),
            buffer.getLong(LogDescriptor.CREATED_NS_OFFSET),
            buffer.getLong(LogDescriptor.PREVIOUS_END_OFFSET));
        if (crc != buffer.getInt(LogDescriptor.HEADER_CRC_OFFSET)) {
            throw new LogException(file + " has a damaged header: its checksum does not match; " +
                LogDescriptor.REPAIR);
        }
        if (header.segmentLength() != buffer.capacity() ||
            header.basePosition() != LogDescriptor.basePosition(file)) {
            throw new LogException(file + " does not hold what its header says: length " + buffer.capacity() +
                " for " + header.segmentLength() + ", base position " + header.basePosition() +
                "; " + LogDescriptor.REPAIR);
        }
        return header;
    }

    static int crcOf(final UUID id) {
        final ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).flip();
        final CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int)crc.getValue();
    }

    Header header() {
        return header;
    }

    Path file() {
        return file;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    long basePosition() {
        return header.basePosition();
    }

    long endPosition() {
        return header.basePosition() + header.segmentLength();
    }

    int offsetOf(final long position) {
        return (int)(position - header.basePosition());
    }

    /**
     * Makes a record visible. Its body is in place; length is the last word that is written. What an abandoned claim
     * left where the next record goes is cleared first: nobody may take it for a length.
     *
     * @param offset  of the record's header.
     * @param length  of header and body.
     * @param settled the log is durable up to here, as far as is known now.
     */
    void publish(final int offset, final int length, final long settled) {
        buffer.putLong(offset + LogDescriptor.SETTLED_OFFSET, settled);
        publishLength(offset, length);
    }

    /**
     * Makes padding of what lies at an offset.
     *
     * @param offset of it.
     * @param length of it, a multiple of the alignment.
     */
    void pad(final int offset, final int length) {
        publishLength(offset, -length);
    }

    private void publishLength(final int offset, final int length) {
        buffer.putLong(offset + LogDescriptor.POSITION_OFFSET, header.basePosition() + offset);
        buffer.putInt(offset + LogDescriptor.CRC_OFFSET, recordCrc(offset, length));
        final int next = offset + BitUtil.align(Math.abs(length), LogDescriptor.RECORD_ALIGNMENT);
        if (next < header.segmentLength()) {
            buffer.putInt(next + LogDescriptor.LENGTH_OFFSET, 0);
        }
        buffer.putIntRelease(offset + LogDescriptor.LENGTH_OFFSET, length);
    }

    /**
     * What a valid record says of the log before it.
     *
     * @param offset of the record's header.
     * @param length of it, above 0.
     * @return the log was durable up to here when the record was written.
     */
    long settledAt(final int offset, final int length) {
        return length < LogDescriptor.RECORD_HEADER_LENGTH ? 0 : buffer.getLong(offset + LogDescriptor.SETTLED_OFFSET);
    }

    void erase(final int offset) {
        buffer.putIntRelease(offset + LogDescriptor.LENGTH_OFFSET, 0);
    }

    /**
     * Looks at a record.
     *
     * @param offset of the record's header.
     * @return its length as written: 0 where nothing is published.
     */
    int lengthAt(final int offset) {
        return buffer.getIntAcquire(offset + LogDescriptor.LENGTH_OFFSET);
    }

    /**
     * Checks a record.
     *
     * @param offset of the record's header.
     * @param length as {@link #lengthAt} gave it, not 0.
     * @return null where the record is whole, or what is wrong with it.
     */
    String defectOf(final int offset, final int length) {
        final int span = Math.abs(length);
        final int shortest = length < 0 ? LogDescriptor.PADDING_HEADER_LENGTH : LogDescriptor.RECORD_HEADER_LENGTH;
        if (span < shortest || span > header.segmentLength() - offset) {
            return "impossible length " + length;
        }
        if (buffer.getLong(offset + LogDescriptor.POSITION_OFFSET) != header.basePosition() + offset) {
            return "record names another position";
        }
        if (buffer.getInt(offset + LogDescriptor.CRC_OFFSET) != recordCrc(offset, length)) {
            return "checksum does not match";
        }
        return null;
    }

    private int recordCrc(final int offset, final int length) {
        final int from = offset + LogDescriptor.POSITION_OFFSET;
        final int end = length < 0 ? offset + LogDescriptor.PADDING_HEADER_LENGTH : offset + length;
        return crc.compute(from, end - from) ^ logIdCrc ^ length;
    }

    void force(final int offset, final int length) throws IOException {
        disk.force(mapping, offset, length);
    }

    /** Forces all of the segment, also what a force that failed left marked as written. */
    void forceAnew() throws IOException {
        disk.forceAnew(mapping, 0, header.segmentLength());
    }

    /** Forces all of the segment and closes it. */
    void forceAndClose() throws IOException {
        disk.forceAndUnmap(file, mapping);
    }

    @Override
    public void close() {
        disk.unmap(mapping);
    }
}
