package herald.recorder;

import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Encodes text as UTF-8 (RFC 3629) straight into a buffer, without allocating. A surrogate without its partner becomes
 * a question mark.
 */
final class Utf8 {
    private static final int WORD = Long.BYTES;
    private static final long NO_ASCII = -1;
    /** One character writes at most the question mark of the one before and three bytes of its own. */
    private static final int MAX_STEP = 4;

    private Utf8() {
    }

    static int length(final String text) {
        final int ascii = asciiPrefix(text);
        return ascii + lengthFrom(text, ascii);
    }

    /** Characters before the first that takes more than a byte, a multiple of eight or all of them. */
    private static int asciiPrefix(final String text) {
        final int chars = text.length();
        int i = 0;
        while (i + WORD <= chars) {
            if (wordAt(text, i) == NO_ASCII) {
                return i;
            }
            i += WORD;
        }
        while (i < chars && text.charAt(i) < 0x80) {
            i++;
        }
        return i == chars ? i : i - i % WORD;
    }

    private static int lengthFrom(final String text, final int start) {
        final int chars = text.length();
        int length = chars - start;
        for (int i = start; i < chars; i++) {
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
    static int encode(final String text, final MutableDirectBuffer buffer, final int offset) {
        final int ascii = encodeAscii(text, buffer, offset);
        return ascii + encodeFrom(text, ascii, buffer, offset + ascii);
    }

    /**
     * Encodes a text of which nothing is taken for granted: each character is read once, and whatever it says, what is
     * written is UTF-8 and within the room.
     *
     * @param text   of any class.
     * @param buffer to encode into.
     * @param offset of the first byte.
     * @param room   bytes that may be written.
     * @return the number of bytes, or -1 where there is no room.
     */
    static int encodeOnce(
        final CharSequence text, final MutableDirectBuffer buffer, final int offset, final int room) {
        if (text instanceof String string) {
            return length(string) > room ? -1 : encode(string, buffer, offset);
        }
        final int chars = text.length();
        int index = offset;
        char high = 0;
        for (int i = 0; i < chars; i++) {
            if (index - offset > room - MAX_STEP) {
                return -1;
            }
            final char c = text.charAt(i);
            if (high != 0 && Character.isLowSurrogate(c)) {
                index += encode(Character.toCodePoint(high, c), buffer, index);
                high = 0;
                continue;
            }
            index += high == 0 ? 0 : encode('?', buffer, index);
            high = Character.isHighSurrogate(c) ? c : 0;
            if (high == 0) {
                index += encode(Character.isSurrogate(c) ? '?' : c, buffer, index);
            }
        }
        if (high != 0) {
            if (index - offset == room) {
                return -1;
            }
            index += encode('?', buffer, index);
        }
        return index - offset;
    }

    /** Whole words of text in ASCII alone, from the beginning. */
    private static int encodeAscii(final String text, final MutableDirectBuffer buffer, final int offset) {
        final int words = text.length() / WORD * WORD;
        int i = 0;
        while (i < words) {
            final long word = wordAt(text, i);
            if (word == NO_ASCII) {
                return i;
            }
            buffer.putLong(offset + i, word, ByteOrder.LITTLE_ENDIAN);
            i += WORD;
        }
        return i;
    }

    /** Eight characters as bytes, the first one lowest, or {@link #NO_ASCII}, which no eight of them give. */
    private static long wordAt(final String text, final int i) {
        final int low = text.charAt(i) | text.charAt(i + 1) | text.charAt(i + 2) | text.charAt(i + 3);
        final int high = text.charAt(i + 4) | text.charAt(i + 5) | text.charAt(i + 6) | text.charAt(i + 7);
        if ((low | high) >= 0x80) {
            return NO_ASCII;
        }
        return halfAt(text, i) | (halfAt(text, i + WORD / 2) << Integer.SIZE);
    }

    private static long halfAt(final String text, final int i) {
        return text.charAt(i) | (text.charAt(i + 1) << 8) | (text.charAt(i + 2) << 16) | (text.charAt(i + 3) << 24);
    }

    private static int encodeFrom(
        final String text, final int start, final MutableDirectBuffer buffer, final int offset) {
        final int chars = text.length();
        int index = offset;
        for (int i = start; i < chars; i++) {
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

    private static boolean isPair(final String text, final int i) {
        return Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length() &&
            Character.isLowSurrogate(text.charAt(i + 1));
    }
}
