package herald.recorder;

import org.agrona.MutableDirectBuffer;

/**
 * Encodes text as UTF-8 (RFC 3629) straight into a buffer, without allocating. A surrogate without its partner becomes
 * a question mark.
 */
final class Utf8 {
    private Utf8() {
    }

    static int length(final CharSequence text) {
        final int chars = text.length();
        int length = chars;
        for (int i = 0; i < chars; i++) {
            final char c = text.charAt(i);
            if (c >= 0x80) {
                if (c < 0x800) {
                    length++;
                } else if (!Character.isSurrogate(c)) {
                    length += 2;
                } else if (isPair(text, i)) {
                    length += 2;
                    i++;
                }
            }
        }
        return length;
    }

    /**
     * Encodes a text.
     *
     * @param text   to encode.
     * @param buffer with room for {@link #length}.
     * @param offset of the first byte.
     * @return the number of bytes.
     */
    static int encode(final CharSequence text, final MutableDirectBuffer buffer, final int offset) {
        final int chars = text.length();
        int index = offset;
        for (int i = 0; i < chars; i++) {
            final char c = text.charAt(i);
            if (c < 0x80) {
                buffer.putByte(index++, (byte)c);
            } else if (Character.isSurrogate(c) && isPair(text, i)) {
                index += encode(Character.toCodePoint(c, text.charAt(++i)), buffer, index);
            } else {
                index += encode(Character.isSurrogate(c) ? '?' : c, buffer, index);
            }
        }
        return index - offset;
    }

    private static int encode(final int codePoint, final MutableDirectBuffer buffer, final int index) {
        if (codePoint < 0x80) {
            buffer.putByte(index, (byte)codePoint);
            return 1;
        }
        if (codePoint < 0x800) {
            buffer.putByte(index, (byte)(0xC0 | (codePoint >> 6)));
            buffer.putByte(index + 1, continuation(codePoint));
            return 2;
        }
        if (codePoint < 0x1_0000) {
            buffer.putByte(index, (byte)(0xE0 | (codePoint >> 12)));
            buffer.putByte(index + 1, continuation(codePoint >> 6));
            buffer.putByte(index + 2, continuation(codePoint));
            return 3;
        }
        buffer.putByte(index, (byte)(0xF0 | (codePoint >> 18)));
        buffer.putByte(index + 1, continuation(codePoint >> 12));
        buffer.putByte(index + 2, continuation(codePoint >> 6));
        buffer.putByte(index + 3, continuation(codePoint));
        return 4;
    }

    private static byte continuation(final int bits) {
        return (byte)(0x80 | (bits & 0x3F));
    }

    private static boolean isPair(final CharSequence text, final int i) {
        return Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length() &&
            Character.isLowSurrogate(text.charAt(i + 1));
    }
}
