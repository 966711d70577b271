package herald.log;

import herald.io.Disk;
import herald.io.SystemDisk;
import org.agrona.MutableDirectBuffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What the tests of the log share: a small log whose records are bodies of bytes, and the damage that was reported.
 */
final class LogFixture {
    static final int SEGMENT_LENGTH = LogDescriptor.MIN_SEGMENT_LENGTH;
    static final UUID LOG_ID = new UUID(0x1122_3344_5566_7788L, 0x99AA_BBCC_DDEE_FF00L);

    final List<LogDamage> damage = new ArrayList<>();
    private final Disk disk;
    private final Path directory;
    private final UUID logId;

    LogFixture(final Path directory) {
        this(SystemDisk.INSTANCE, directory);
    }

    LogFixture(final Disk disk, final Path directory) {
        this(disk, directory, LOG_ID);
    }

    LogFixture(final Disk disk, final Path directory, final UUID logId) {
        this.disk = disk;
        this.logId = logId;
        this.directory = directory;
    }

    SegmentedLog open() {
        return open(0);
    }

    SegmentedLog open(final long claimedPosition) {
        return SegmentedLog.open(
            new SegmentedLog.Config(disk, directory, SEGMENT_LENGTH, logId, () -> 1L), claimedPosition, damage::add);
    }

    SegmentedLog openForced() {
        return SegmentedLog.openForced(
            new SegmentedLog.Config(disk, directory, SEGMENT_LENGTH, logId, () -> 1L), 0, damage::add);
    }

    LogReader reader() {
        return reader(0);
    }

    LogReader reader(final long fromPosition) {
        return new LogReader(disk, directory, fromPosition, damage::add);
    }

    Path segment(final long base) {
        return LogDescriptor.segmentFile(directory, base);
    }

    List<byte[]> readAll() {
        try (LogReader reader = reader()) {
            return drain(reader);
        }
    }

    static List<byte[]> drain(final LogReader reader) {
        final List<byte[]> bodies = new ArrayList<>();
        while (reader.next()) {
            final byte[] body = new byte[reader.bodyLength()];
            reader.buffer().getBytes(reader.bodyOffset(), body);
            bodies.add(body);
        }
        return bodies;
    }

    static long append(final SegmentedLog log, final byte[] body) {
        final MutableDirectBuffer buffer = log.claim(body.length);
        buffer.putBytes(log.bodyOffset(), body);
        return log.commit();
    }

    static List<byte[]> appendRandom(final SegmentedLog log, final Random random, final int count, final int bound) {
        final List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final byte[] body = body(random, random.nextInt(bound));
            append(log, body);
            bodies.add(body);
        }
        return bodies;
    }

    static byte[] body(final Random random, final int length) {
        final byte[] body = new byte[length];
        random.nextBytes(body);
        return body;
    }

    /** Leaves the body of a record that is never committed, as a writer that fails while it encodes does. */
    static void abandonClaim(final SegmentedLog log, final int length) {
        log.claim(length).setMemory(log.bodyOffset(), length, (byte)0x7F);
    }

    static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (final Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
