package herald.receiver;

import herald.link.EventEnvelope;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Checks that the bytes of a wire Event are what they claim to be before anything else reads them: lengths that add up
 * to the message's, text in UTF-8. They come from other processes. Allocates nothing; owned by one thread.
 */
public final class EventValidator {
    private static final int LENGTH_BYTES = Short.BYTES;
    private static final int TEXTS = 12;
    private static final int TYPE_NAME_TEXT = 4;
    private static final int MAX_SEVERITY = 3;
    private static final long ASCII_MASK = 0x8080_8080_8080_8080L;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();

    /**
     * Looks for what is wrong with an event.
     *
     * @param buffer that holds it.
     * @param offset of its message header.
     * @param length in bytes, header included.
     * @return null where it is whole, or what is wrong.
     */
    public String defectOf(final DirectBuffer buffer, final int offset, final int length) {
        header.wrap(buffer, offset);
        final int blockLength = header.blockLength();
        final int end = offset + length;
        int index = offset + MessageHeaderDecoder.ENCODED_LENGTH + blockLength;
        if (blockLength < blockLengthOf(header.version()) || index + EventDecoder.AttributesDecoder.HEADER_SIZE > end) {
            return "shorter than its fixed fields";
        }
        final int severity = buffer.getByte(
            offset + MessageHeaderDecoder.ENCODED_LENGTH + EventDecoder.severityEncodingOffset()) & 0xFF;
        if (severity > MAX_SEVERITY) {
            return "unknown severity";
        }
        final int groupBlockLength = shortAt(buffer, index);
        final int attributeTexts = 2 * shortAt(buffer, index + LENGTH_BYTES);
        if (groupBlockLength != 0) {
            return "attributes with fixed fields of an unknown version";
        }
        index += EventDecoder.AttributesDecoder.HEADER_SIZE;
        for (int text = -attributeTexts; text < TEXTS; text++) {
            if (index + LENGTH_BYTES > end) {
                return "text missing";
            }
            final int textLength = shortAt(buffer, index);
            index += LENGTH_BYTES;
            if (index + textLength > end) {
                return "text longer than the message";
            }
            if (text == TYPE_NAME_TEXT && textLength == 0) {
                return "no event type";
            }
            if (!isUtf8(buffer, index, textLength)) {
                return "text is not UTF-8";
            }
            index += textLength;
        }
        return index == end ? null : "longer than its fields";
    }

    /** The first version ended with the flags. */
    private static int blockLengthOf(final int version) {
        return version < EventDecoder.ignoredAttributesSinceVersion() ?
            EventEnvelope.MIN_BLOCK_LENGTH : EventDecoder.BLOCK_LENGTH;
    }

    private static int shortAt(final DirectBuffer buffer, final int index) {
        return buffer.getShort(index, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Well-formed byte sequences: The Unicode Standard, table 3-7. */
    static boolean isUtf8(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        int index = offset;
        while (index < end) {
            if (index + Long.BYTES <= end && (buffer.getLong(index) & ASCII_MASK) == 0) {
                index += Long.BYTES;
            } else if (end - index < Long.BYTES && isAsciiTail(buffer, index, end)) {
                return true;
            } else {
                final int size = sequenceLength(buffer, index, end);
                if (size == 0) {
                    return false;
                }
                index += size;
            }
        }
        return true;
    }

    /** The last bytes of a text as the top of a word that begins before them, where the buffer does. */
    private static boolean isAsciiTail(final DirectBuffer buffer, final int index, final int end) {
        final int before = Long.BYTES - (end - index);
        return index >= before &&
            ((buffer.getLong(end - Long.BYTES, ByteOrder.LITTLE_ENDIAN) >>> (before * Byte.SIZE)) & ASCII_MASK) == 0;
    }

    private static int sequenceLength(final DirectBuffer buffer, final int index, final int end) {
        final int first = buffer.getByte(index) & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        final int size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (index + size > end) {
            return 0;
        }
        final int second = buffer.getByte(index + 1) & 0xFF;
        final int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        final int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < size; i++) {
            if ((buffer.getByte(index + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return size;
    }
}
