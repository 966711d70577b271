package herald.io;

/**
 * Makes text from outside safe to show: control characters, escape sequences, line separators and characters that
 * reorder text become visible escapes such as {@code \n} and <code>&#92;u001B</code>.
 *
 * <p>A backslash stays as it is, so paths and patterns remain readable; the price is that the result does not tell an
 * escape from text that looked like one. Who needs the original reads the JSON.
 */
public final class Escape {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Escape() {
    }

    /**
     * Whether a character may do more to a terminal, or to a line, than show itself, or shows nothing: controls, line
     * and paragraph separator, what Unicode calls format characters (bidirectional controls, zero width characters,
     * soft hyphen, tags, invisible operators, byte order mark) and the letters that it makes invisible. Format
     * characters that are visible, such as the Arabic signs before numbers, are none of these.
     *
     * @param codePoint a surrogate is not judged here.
     * @return true where it must be escaped.
     */
    public static boolean isUnsafe(final int codePoint) {
        if (codePoint < 0x7F) {
            return codePoint < ' ';
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            case Character.FORMAT -> !isVisibleFormat(codePoint);
            default -> isInvisible(codePoint);
        };
    }

    /** Prepended concatenation marks of Unicode. */
    private static boolean isVisibleFormat(final int codePoint) {
        return (codePoint >= 0x0600 && codePoint <= 0x0605) || codePoint == 0x06DD || codePoint == 0x070F ||
            codePoint == 0x0890 || codePoint == 0x0891 || codePoint == 0x08E2 || codePoint == 0x110BD ||
            codePoint == 0x110CD;
    }

    /** Grapheme joiner, Hangul fillers, Khmer inherent vowels. */
    private static boolean isInvisible(final int codePoint) {
        return codePoint == 0x034F || codePoint == 0x115F || codePoint == 0x1160 || codePoint == 0x17B4 ||
            codePoint == 0x17B5 || codePoint == 0x3164 || codePoint == 0xFFA0;
    }

    /**
     * Appends text with all unsafe characters escaped.
     *
     * @param text from outside.
     * @param out  to append to.
     */
    public static void append(final String text, final StringBuilder out) {
        int i = 0;
        while (i < text.length()) {
            final int codePoint = text.codePointAt(i);
            final int length = Character.charCount(codePoint);
            if (isUnsafe(codePoint) || Character.getType(codePoint) == Character.SURROGATE) {
                for (int k = i; k < i + length; k++) {
                    appendEscape(text.charAt(k), out);
                }
            } else {
                out.appendCodePoint(codePoint);
            }
            i += length;
        }
    }

    /**
     * Escapes text.
     *
     * @param text from outside.
     * @return the same, safe to show.
     */
    public static String escape(final String text) {
        final StringBuilder out = new StringBuilder(text.length() + 16);
        append(text, out);
        return out.toString();
    }

    /**
     * Appends text as one word of a line: bare where it can't be mistaken, otherwise in double quotes, with quotes and
     * backslashes inside them escaped too.
     *
     * @param text from outside.
     * @param out  to append to.
     */
    public static void appendWord(final String text, final StringBuilder out) {
        if (isBareWord(text)) {
            append(text, out);
            return;
        }
        out.append('"');
        append(text.replace("\\", "\\\\").replace("\"", "\\\""), out);
        out.append('"');
    }

    /**
     * The four hexadecimal digits of a character, as escapes of JSON and Java have them.
     *
     * @param c   the character.
     * @param out to append backslash, u and digits to.
     */
    public static void appendUnicodeEscape(final char c, final StringBuilder out) {
        out.append("\\u")
            .append(HEX[c >> 12])
            .append(HEX[c >> 8 & 0xF])
            .append(HEX[c >> 4 & 0xF])
            .append(HEX[c & 0xF]);
    }

    private static void appendEscape(final char c, final StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> appendUnicodeEscape(c, out);
        }
    }

    private static boolean isBareWord(final String text) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '"' || c == '=' || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
