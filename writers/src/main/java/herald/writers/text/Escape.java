package herald.writers.text;

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
     * Whether a character may do more to a terminal, or to a line, than show itself: C0 and C1 controls, DEL, line and
     * paragraph separator, bidirectional controls, invisible operators, byte order mark, interlinear annotation.
     *
     * @param c of the basic plane; a surrogate is not judged here.
     * @return true where it must be escaped.
     */
    public static boolean isUnsafe(final char c) {
        if (c < 0x7F) {
            return c < ' ';
        }
        return c <= 0x9F ||
            c == 0x061C ||
            c == 0x200E || c == 0x200F ||
            (c >= 0x2028 && c <= 0x202E) ||
            (c >= 0x2060 && c <= 0x206F) ||
            c == 0xFEFF ||
            (c >= 0xFFF9 && c <= 0xFFFB);
    }

    /**
     * Appends text with all unsafe characters escaped.
     *
     * @param text from outside.
     * @param out  to append to.
     */
    public static void append(final String text, final StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (isUnsafe(c) || isLoneSurrogate(text, i)) {
                appendEscape(c, out);
            } else {
                out.append(c);
            }
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

    private static boolean isLoneSurrogate(final String text, final int index) {
        final char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
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
