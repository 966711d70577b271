package herald.recorder;

import herald.io.SystemDisk;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tests of the spool share: events whose bytes follow from their sequence, and images of spool files.
 */
final class SpoolFixture {
    static final int CAPACITY = 64 * 1024;
    static final String COMPONENT = "cmd";

    final Path dir;
    final List<Throwable> errors = new ArrayList<>();
    private long nextId;

    SpoolFixture(final Path dir) {
        this.dir = dir;
    }

    Spool acquire() {
        return SpoolFile.acquire(
            SystemDisk.INSTANCE, dir, COMPONENT, CAPACITY, () -> new UUID(0xABCD, ++nextId), errors::add);
    }

    Path file() {
        return dir.resolve(COMPONENT + SpoolFile.SUFFIX);
    }

    List<Path> files(final String suffix) throws IOException {
        return SystemDisk.INSTANCE.list(dir, suffix);
    }

    static int bodyLength(final long sequence) {
        return 8 + (int)(sequence * 37 % 301);
    }

    /** Appends the next event; -1 where the spool is full. */
    static long append(final Spool spool) {
        final long sequence = spool.nextSequence();
        final int length = bodyLength(sequence);
        final int offset = spool.claim(length);
        if (offset < 0) {
            return -1;
        }
        spool.ring().setMemory(offset, length, (byte)sequence);
        spool.ring().putLong(offset, sequence);
        return spool.publish(length);
    }

    static void append(final Spool spool, final int count) {
        for (int i = 0; i < count; i++) {
            assertThat(append(spool)).isPositive();
        }
    }

    /** Sequences of the events that wait, each checked byte by byte. */
    static List<Long> waiting(final Spool spool) {
        final List<Long> sequences = new ArrayList<>();
        final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        long position = spool.headPosition();
        while (position < spool.tailPosition()) {
            final long sequence = spool.sequenceAt(position);
            position = spool.frameAt(position, frame);
            if (frame.capacity() > 0) {
                assertWhole(frame, sequence);
                sequences.add(sequence);
            }
        }
        return sequences;
    }

    /** The same for a spool without an owner. */
    static List<Long> waiting(final OrphanSpool spool) {
        final List<Long> sequences = new ArrayList<>();
        final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        for (int i = 0; i < spool.events(); i++) {
            spool.event(i, frame);
            assertWhole(frame, spool.sequence(i));
            sequences.add(spool.sequence(i));
        }
        return sequences;
    }

    private static void assertWhole(final UnsafeBuffer event, final long sequence) {
        boolean whole = event.capacity() == bodyLength(sequence) && event.getLong(0) == sequence;
        for (int i = 8; whole && i < event.capacity(); i++) {
            whole = event.getByte(i) == (byte)sequence;
        }
        assertThat(whole).as("event %s is whole", sequence).isTrue();
    }

    List<OrphanSpool> orphans() throws IOException {
        return SpoolFile.acquireOrphans(SystemDisk.INSTANCE, dir, errors::add);
    }

    static List<Long> range(final long from, final long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    /** Puts a file's bytes where the spool is, as if that file had always been there. */
    void restore(final byte[] image) throws IOException {
        Files.createDirectories(dir);
        Files.write(file(), image);
        Files.deleteIfExists(SpoolOpening.file(file()));
        setHeader(SpoolDescriptor.INODE_OFFSET, ((Number)Files.getAttribute(file(), "unix:ino")).longValue());
    }

    void setHeader(final int offset, final long value) throws IOException {
        final byte[] bytes = Files.readAllBytes(file());
        new UnsafeBuffer(bytes).putLong(offset, value);
        final int crc = SpoolDescriptor.headerCrc(ByteBuffer.wrap(bytes));
        new UnsafeBuffer(bytes).putInt(SpoolDescriptor.HEADER_CRC_OFFSET, crc);
        System.arraycopy(bytes, 0, bytes, SpoolDescriptor.IDENTITY_COPY_OFFSET, SpoolDescriptor.IDENTITY_LENGTH);
        Files.write(file(), bytes);
    }

    void flip(final int offset, final int bit) throws IOException {
        final byte[] bytes = Files.readAllBytes(file());
        bytes[offset] ^= (byte)(1 << bit);
        Files.write(file(), bytes);
    }
}
