package herald.log;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Layout of a log's segment files, as {@code docs/format.md} specifies it.
 *
 * <pre>
 *   segment header, 64 bytes                      record, aligned to 16 bytes
 *    0  magic "HERALDLG"                           0  length: header and body; negative: padding; 0: not published
 *    8  format version                             4  CRC32C of what follows, xor the log id's
 *   12  segment length                             8  own position
 *   16  log id, high and low                      16  settled position (padding ends before it)
 *   32  base position                             24  body: SBE message header and message
 *   40  created, ns since the epoch
 *   48  end of the segment before: less than the base only where positions were passed over
 *   56  CRC32C of the 56 bytes before
 * </pre>
 */
public final class LogDescriptor {
    /** The format that this version writes, and the newest that it reads. */
    public static final int FORMAT_VERSION = 1;
    /** Length of a segment's header in bytes. */
    public static final int SEGMENT_HEADER_LENGTH = 64;
    /** Length of a record's header in bytes. */
    public static final int RECORD_HEADER_LENGTH = 24;
    /** Length of the header of padding in bytes, and of the shortest padding. */
    public static final int PADDING_HEADER_LENGTH = 16;
    /** Every record starts at a multiple of this many bytes. */
    public static final int RECORD_ALIGNMENT = 16;
    /** What to do about a segment that can't be used: never anything that loses records which could be restored. */
    public static final String REPAIR = "stop the proxy and run herald verify --repair, which puts right what can be " +
        "and deletes nothing";
    /** How the name of a segment ends. */
    public static final String SEGMENT_SUFFIX = ".log";
    /** The shortest segment in bytes. */
    public static final int MIN_SEGMENT_LENGTH = 64 * 1024;
    /** The longest segment in bytes. */
    public static final int MAX_SEGMENT_LENGTH = 1024 * 1024 * 1024;

    static final long MAGIC = 0x474C_444C_4152_4548L;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int SEGMENT_LENGTH_OFFSET = 12;
    static final int LOG_ID_HIGH_OFFSET = 16;
    static final int LOG_ID_LOW_OFFSET = 24;
    static final int BASE_POSITION_OFFSET = 32;
    static final int CREATED_NS_OFFSET = 40;
    static final int PREVIOUS_END_OFFSET = 48;
    static final int HEADER_CRC_OFFSET = 56;

    static final int LENGTH_OFFSET = 0;
    static final int CRC_OFFSET = 4;
    static final int POSITION_OFFSET = 8;
    static final int SETTLED_OFFSET = 16;

    private static final Pattern NAME = Pattern.compile("\\d{20}\\.log");
    /** Half of what positions can say: what is added to one stays one. */
    private static final String HIGHEST_NAME = nameOf(Long.MAX_VALUE / 2);

    private LogDescriptor() {
    }

    /**
     * Whether a file begins as a segment does, whole or not.
     *
     * @param file that is there.
     * @return false where it is too short, or something else.
     * @throws IOException where it can't be read.
     */
    public static boolean isSegment(final Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            final byte[] magic = stream.readNBytes(Long.BYTES);
            return magic.length == Long.BYTES && new UnsafeBuffer(magic).getLong(0, ByteOrder.LITTLE_ENDIAN) == MAGIC;
        }
    }

    /**
     * The file of a segment.
     *
     * @param directory    of the log.
     * @param basePosition where the segment begins.
     * @return its path.
     */
    public static Path segmentFile(final Path directory, final long basePosition) {
        return directory.resolve(nameOf(basePosition));
    }

    private static String nameOf(final long basePosition) {
        return String.format(Locale.ROOT, "%020d%s", basePosition, SEGMENT_SUFFIX);
    }

    /**
     * Where a segment begins, as its name says.
     *
     * @param segmentFile with the name of a segment.
     * @return a position in bytes.
     */
    public static long basePosition(final Path segmentFile) {
        final String name = segmentFile.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - SEGMENT_SUFFIX.length()));
    }

    /**
     * Whether a file has the name of a segment.
     *
     * @param file to look at.
     * @return true where it has; false too where it is as long and names a position that no log reaches.
     */
    public static boolean isSegmentName(final Path file) {
        final String name = file.getFileName().toString();
        return NAME.matcher(name).matches() && name.compareTo(HIGHEST_NAME) <= 0;
    }

    /**
     * Whether a file is named as segments are, but for a position that no log reaches.
     *
     * @param file to look at.
     * @return true where it is no segment for that reason.
     */
    public static boolean isImpossibleName(final Path file) {
        return NAME.matcher(file.getFileName().toString()).matches() && !isSegmentName(file);
    }

    static int alignedLength(final int bodyLength) {
        return BitUtil.align(RECORD_HEADER_LENGTH + bodyLength, RECORD_ALIGNMENT);
    }

    static void encodeSegmentHeader(final MutableDirectBuffer buffer, final Segment.Header header) {
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putInt(VERSION_OFFSET, FORMAT_VERSION);
        buffer.putInt(SEGMENT_LENGTH_OFFSET, header.segmentLength());
        buffer.putLong(LOG_ID_HIGH_OFFSET, header.logId().getMostSignificantBits());
        buffer.putLong(LOG_ID_LOW_OFFSET, header.logId().getLeastSignificantBits());
        buffer.putLong(BASE_POSITION_OFFSET, header.basePosition());
        buffer.putLong(CREATED_NS_OFFSET, header.createdNs());
        buffer.putLong(PREVIOUS_END_OFFSET, header.previousEnd());
    }

    static int recordLength(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + LENGTH_OFFSET);
    }
}
