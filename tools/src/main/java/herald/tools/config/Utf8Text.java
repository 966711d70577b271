package herald.tools.config;

import herald.io.SmallFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads text from outside as UTF-8. A byte-order mark before it is no part of it. Bytes that are no UTF-8 are refused:
 * replaced, they would change in silence what somebody wrote.
 */
public final class Utf8Text {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Utf8Text() {
    }

    /**
     * Reads a file.
     *
     * @param file that holds it, whole.
     * @return its text.
     * @throws IOException              where it can't be read, or is no text of settings for its length.
     * @throws IllegalArgumentException naming the file and the first byte that is no UTF-8.
     */
    public static String read(final Path file) throws IOException {
        return decode(SmallFile.read(file), file.toString());
    }

    /**
     * The same, where nobody may wait for what comes through a pipe.
     *
     * @param file that holds it, whole.
     * @return its text.
     * @throws IOException              where it can't be read, is no regular file, or too long.
     * @throws IllegalArgumentException naming the file and the first byte that is no UTF-8.
     */
    public static String readRegular(final Path file) throws IOException {
        return decode(SmallFile.readRegular(file), file.toString());
    }

    /**
     * Reads bytes.
     *
     * @param bytes  all of them.
     * @param source where they are from, for the message.
     * @return their text.
     * @throws IllegalArgumentException naming the source and the first byte that is no UTF-8.
     */
    public static String decode(final byte[] bytes, final String source) {
        final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        final ByteBuffer input = ByteBuffer.wrap(bytes);
        final CharBuffer text = CharBuffer.allocate(bytes.length);
        final CoderResult result = decoder.decode(input, text, true);
        if (result.isError()) {
            throw new IllegalArgumentException("cannot read " + source + ": byte " + (input.position() + 1) +
                " is not UTF-8, the encoding of all text here: save it as UTF-8");
        }
        text.flip();
        final boolean marked = text.hasRemaining() && text.get(0) == BYTE_ORDER_MARK;
        return text.subSequence(marked ? 1 : 0, text.length()).toString();
    }
}
