package herald.recorder;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A spool as somebody else may have written it: right checksums over whatever the test wants.
 */
public final class RawSpool {
    private final ByteBuffer bytes;
    private final UnsafeBuffer buffer;
    private final UUID recorderId;
    private int capacity;
    private int tail;

    /**
     * An empty spool.
     *
     * @param recorderId of it.
     * @param capacity   of its ring in bytes.
     */
    public RawSpool(final UUID recorderId, final int capacity) {
        this.bytes = ByteBuffer.allocate(SpoolDescriptor.HEADER_LENGTH + capacity);
        this.buffer = new UnsafeBuffer(bytes);
        this.recorderId = recorderId;
        this.capacity = capacity;
        buffer.putLong(SpoolDescriptor.MAGIC_OFFSET, SpoolDescriptor.MAGIC);
        buffer.putInt(SpoolDescriptor.VERSION_OFFSET, SpoolDescriptor.FORMAT_VERSION);
        buffer.putLong(SpoolDescriptor.RECORDER_ID_HIGH_OFFSET, recorderId.getMostSignificantBits());
        buffer.putLong(SpoolDescriptor.RECORDER_ID_LOW_OFFSET, recorderId.getLeastSignificantBits());
        trimmed(0, 0);
    }

    /** Sets the capacity that the header says, whatever the ring has. */
    public RawSpool capacity(final int value) {
        capacity = value;
        return this;
    }

    /** Sets the format version. */
    public RawSpool version(final int value) {
        buffer.putInt(SpoolDescriptor.VERSION_OFFSET, value);
        return this;
    }

    /** Sets both trim slots. */
    public RawSpool trimmed(final long position, final long sequence) {
        SpoolDescriptor.putTrimSlot(buffer, SpoolDescriptor.TRIM_SLOT_A_OFFSET, position, sequence);
        SpoolDescriptor.putTrimSlot(buffer, SpoolDescriptor.TRIM_SLOT_B_OFFSET, position, sequence);
        return this;
    }

    /** Sets the used sequence. */
    public RawSpool used(final long sequence) {
        buffer.putLong(SpoolDescriptor.USED_SEQUENCE_OFFSET, sequence);
        return this;
    }

    /** Adds a frame, and sets the used sequence to its. */
    public RawSpool frame(final long sequence, final DirectBuffer body) {
        final int length = SpoolDescriptor.FRAME_HEADER_LENGTH + body.capacity();
        final int ringLength = buffer.capacity() - SpoolDescriptor.HEADER_LENGTH;
        final UnsafeBuffer ring = new UnsafeBuffer(buffer, SpoolDescriptor.HEADER_LENGTH, ringLength);
        ring.putBytes(tail + SpoolDescriptor.FRAME_HEADER_LENGTH, body, 0, body.capacity());
        ring.putLong(tail + SpoolDescriptor.SEQUENCE_OFFSET, sequence);
        ring.putInt(tail + SpoolDescriptor.CRC_OFFSET,
            new SpoolFrames(bytes, ring, ringLength, recorderId).checksum(tail, length));
        ring.putInt(tail + SpoolDescriptor.LENGTH_OFFSET, length);
        tail += SpoolDescriptor.alignedLength(body.capacity());
        return used(sequence);
    }

    /** Where the next frame goes, in the ring. */
    public int tail() {
        return tail;
    }

    /** Writes it, with an identity that is whole and the file's own. */
    public void writeTo(final Path file) throws IOException {
        Files.write(file, bytes.array());
        buffer.putInt(SpoolDescriptor.CAPACITY_OFFSET, capacity);
        buffer.putLong(SpoolDescriptor.INODE_OFFSET, ((Number)Files.getAttribute(file, "unix:ino")).longValue());
        final UUID boot = bootId();
        buffer.putLong(SpoolDescriptor.BOOT_ID_HIGH_OFFSET, boot.getMostSignificantBits());
        buffer.putLong(SpoolDescriptor.BOOT_ID_LOW_OFFSET, boot.getLeastSignificantBits());
        buffer.putInt(SpoolDescriptor.HEADER_CRC_OFFSET, SpoolDescriptor.headerCrc(bytes));
        buffer.putBytes(SpoolDescriptor.IDENTITY_COPY_OFFSET, buffer, 0, SpoolDescriptor.IDENTITY_LENGTH);
        Files.write(file, bytes.array());
    }

    private static UUID bootId() throws IOException {
        final Path file = Path.of("/proc/sys/kernel/random/boot_id");
        return Files.exists(file) ? UUID.fromString(Files.readString(file).trim()) : new UUID(0, 0);
    }
}
