package herald.writers.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the lines of a file writer look like, so that they can be told from what others write: how each of them begins,
 * with the event's id, and how it ends.
 */
final class EventLineForm {
    private static final char HEX = 'x';
    private static final String ID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    private static final byte[] START = ("{\"kind\":\"Event\",\"meta\":{\"name\":\"" + ID + "\",\"uuid\":\"" + ID +
        "\",\"tenant\":\"").getBytes(StandardCharsets.US_ASCII);
    private static final String COUNT = ",\"count\":";
    private static final String CLOCK_UNSET = ",\"clock-unset\":true";
    /** More than an end ever has. */
    private static final int LONGEST_END = 64;

    private EventLineForm() {
    }

    /**
     * Whether a text is such a line, without its end of line.
     *
     * @param text from its start to its limit.
     */
    static boolean isLine(final ByteBuffer text) {
        if (text.limit() < START.length || !isStart(text, 0, false)) {
            return false;
        }
        final int length = Math.min(LONGEST_END, text.limit() - START.length);
        final StringBuilder end = new StringBuilder(length);
        for (int i = text.limit() - length; i < text.limit(); i++) {
            end.append((char)(text.get(i) & 0xFF));
        }
        return isEnd(end.toString());
    }

    private static boolean isEnd(final String end) {
        if (!end.endsWith("}")) {
            return false;
        }
        final String members = end.substring(0, end.length() - 1);
        final String counted = members.endsWith(CLOCK_UNSET) ?
            members.substring(0, members.length() - CLOCK_UNSET.length()) : members;
        final int count = counted.lastIndexOf(COUNT);
        return count >= 0 && counted.substring(count + COUNT.length()).matches("[0-9]+");
    }

    /**
     * Whether a text can be the beginning of such a line, of which a crash left a part. Zeros count too: a power cut
     * may leave a file its length without its data.
     *
     * @param text  that holds it up to its limit.
     * @param start of it there.
     */
    static boolean canBeTorn(final ByteBuffer text, final int start) {
        return isStart(text, start, true) && !beginsWithObject(text, start);
    }

    private static boolean isStart(final ByteBuffer text, final int start, final boolean zerosToo) {
        final int length = Math.min(START.length, text.limit() - start);
        for (int i = 0; i < length; i++) {
            final byte b = text.get(start + i);
            if (!(START[i] == HEX ? isHex(b) : b == START[i]) && !(zerosToo && b == 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(final byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
    }

    /** Whether a text's first brace is closed: then nothing of the event is missing, whatever is behind it. */
    private static boolean beginsWithObject(final ByteBuffer text, final int start) {
        int depth = 0;
        boolean inText = false;
        for (int i = start; i < text.limit(); i++) {
            final byte b = text.get(i);
            if (b >= 0 && b < ' ') {
                return false;
            }
            if (inText) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    inText = false;
                }
            } else if (b == '"') {
                inText = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
                if (depth == 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
