package herald.io;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli, RFC 3720 section 12.1) over ranges of one byte buffer, without allocating. Owned by one thread.
 */
public final class Crc32c {
    private final CRC32C crc = new CRC32C();
    private ByteBuffer view;

    /**
     * Chooses the buffer whose ranges are summed.
     *
     * @param buffer any; its own position and limit stay as they are.
     * @return this.
     */
    public Crc32c wrap(final ByteBuffer buffer) {
        view = buffer.duplicate();
        return this;
    }

    /**
     * Sums a range.
     *
     * @param offset of its first byte.
     * @param length in bytes.
     * @return the checksum.
     */
    public int compute(final int offset, final int length) {
        view.limit(offset + length).position(offset);
        crc.reset();
        crc.update(view);
        return (int)crc.getValue();
    }
}
