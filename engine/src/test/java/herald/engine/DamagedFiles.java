package herald.engine;

import herald.io.SystemDisk;
import herald.log.LogDescriptor;
import herald.log.LogReader;
import org.agrona.BitUtil;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import static org.assertj.core.api.Assertions.fail;

/**
 * Damages files of a data directory at places that are known, and says what is in it.
 */
final class DamagedFiles {
    private static final int SEGMENT_LENGTH = 64 * 1024;
    private static final int HEADER_LENGTH = LogDescriptor.RECORD_HEADER_LENGTH;

    /**
     * A record of a log.
     *
     * @param position of it.
     * @param length   of its body in bytes.
     */
    record LogRecord(long position, int length) {
        long end() {
            return position + BitUtil.align(HEADER_LENGTH + length, LogDescriptor.RECORD_ALIGNMENT);
        }
    }

    private DamagedFiles() {
    }

    static List<LogRecord> records(final Path log) {
        final List<LogRecord> records = new ArrayList<>();
        try (LogReader reader = new LogReader(SystemDisk.INSTANCE, log, 0, damage -> fail("damaged: " + damage))) {
            while (reader.next()) {
                records.add(new LogRecord(reader.recordPosition(), reader.bodyLength()));
            }
        }
        return records;
    }

    static Path segmentOf(final Path log, final long position) {
        return log.resolve(String.format(Locale.ROOT, "%020d.log", position / SEGMENT_LENGTH * SEGMENT_LENGTH));
    }

    /** Changes one bit. */
    static void flip(final Path file, final long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte)(one.get(0) ^ 4)}), offset);
        }
    }

    static void flipRecord(final Path log, final LogRecord record) throws IOException {
        final long offset = record.position() % SEGMENT_LENGTH + HEADER_LENGTH + record.length() / 2;
        flip(segmentOf(log, record.position()), offset);
    }

    /** Changes a bit of a record's body and makes its checksum right again. */
    static void forge(final Path log, final LogRecord record, final int bodyOffset) throws IOException {
        final Path file = segmentOf(log, record.position());
        final int offset = (int)(record.position() % SEGMENT_LENGTH);
        flip(file, offset + HEADER_LENGTH + bodyOffset);
        final byte[] bytes = Files.readAllBytes(file);
        final int length = HEADER_LENGTH + record.length();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(offset + 4, crc(bytes, offset + 8, length - 8) ^ crc(bytes, 16, 16) ^ length);
        Files.write(file, bytes);
    }

    /** Makes a log end earlier, as a power cut does. */
    static void zeroFrom(final Path log, final long position) throws IOException {
        final Path file = segmentOf(log, position);
        final byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, (int)(position % SEGMENT_LENGTH), bytes.length, (byte)0);
        Files.write(file, bytes);
        for (final long base : LogReader.segmentBases(SystemDisk.INSTANCE, log)) {
            if (base > position) {
                Files.delete(segmentOf(log, base));
            }
        }
    }

    /** Where a text is in a record's body. */
    static int offsetOf(final Path log, final LogRecord record, final String text) throws IOException {
        final String bytes = Files.readString(segmentOf(log, record.position()), StandardCharsets.ISO_8859_1);
        final int body = (int)(record.position() % SEGMENT_LENGTH) + HEADER_LENGTH;
        return bytes.indexOf(text, body) - body;
    }

    private static int crc(final byte[] bytes, final int offset, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int)crc.getValue();
    }

    /** Every file with its content's hash and when it was written. */
    static Map<String, String> contents(final Path root) throws IOException {
        final Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                contents.put(root.relativize(file).toString(), Files.getLastModifiedTime(file) + " " +
                    (Files.isDirectory(file) ? "" : Arrays.hashCode(Files.readAllBytes(file))));
            }
        }
        return contents;
    }
}
