package herald.tools;

import java.util.Locale;

/**
 * Makes text from outside safe to show on a terminal: control and formatting characters become escapes.
 */
final class Printable {
    private static final int MAX_LENGTH = 1_000;

    private Printable() {
    }

    static String of(final String text) {
        if (text == null) {
            return "";
        }
        final StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().limit(MAX_LENGTH).forEach(codePoint -> append(safe, codePoint));
        return text.length() > MAX_LENGTH ? safe.append("...").toString() : safe.toString();
    }

    private static void append(final StringBuilder safe, final int codePoint) {
        final int type = Character.getType(codePoint);
        final boolean unsafe = type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE ||
            type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
        if (codePoint == '\n') {
            safe.append("\\n");
        } else if (unsafe) {
            safe.append(String.format(Locale.ROOT, "\\u%04x", codePoint));
        } else {
            safe.appendCodePoint(codePoint);
        }
    }
}
