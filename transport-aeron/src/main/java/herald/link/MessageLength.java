package herald.link;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Tells whether a message ends where its last field does. Bytes behind that belong to no field: whoever reads the
 * message would pass them over, and what is kept of it would not be what was checked. A newer version may have a longer
 * block of fixed fields; it has no more texts.
 */
public final class MessageLength {
    /** Of the message header: block length, template, schema, version. */
    private static final int HEADER_LENGTH = 8;

    private MessageLength() {
    }

    /**
     * Whether a message has the one length that its fields have. Reads nothing beyond it.
     *
     * @param buffer   that holds the message.
     * @param offset   of its message header.
     * @param length   of all that came, in bytes.
     * @param minBlock length of the fixed fields in the first version, in bytes.
     * @param texts    that follow them, each with its length in 16 bits before it.
     * @return false where bytes are missing or left over.
     */
    public static boolean isExact(
        final DirectBuffer buffer, final int offset, final int length, final int minBlock, final int texts) {
        if (length < HEADER_LENGTH + minBlock) {
            return false;
        }
        final int block = shortAt(buffer, offset);
        if (block < minBlock) {
            return false;
        }
        int end = HEADER_LENGTH + block;
        for (int text = 0; text < texts; text++) {
            if (end + Short.BYTES > length) {
                return false;
            }
            end += Short.BYTES + shortAt(buffer, offset + end);
        }
        return end == length;
    }

    /**
     * The same for a message with one field of bytes behind its fixed ones, its length in 32 bits before it.
     *
     * @param buffer   that holds the message.
     * @param offset   of its message header.
     * @param length   of all that came, in bytes.
     * @param minBlock length of the fixed fields in the first version, in bytes.
     * @return false where bytes are missing or left over.
     */
    public static boolean isExactWithData(
        final DirectBuffer buffer, final int offset, final int length, final int minBlock) {
        if (length < HEADER_LENGTH + minBlock) {
            return false;
        }
        final int block = shortAt(buffer, offset);
        final int data = HEADER_LENGTH + block + Integer.BYTES;
        return block >= minBlock && data <= length &&
            buffer.getInt(offset + data - Integer.BYTES, ByteOrder.LITTLE_ENDIAN) == length - data;
    }

    private static int shortAt(final DirectBuffer buffer, final int index) {
        return buffer.getShort(index, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
