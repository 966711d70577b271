package herald.io;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes sizes as people write them. Any thread.
 */
public final class SizeText {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int STEP = 1024;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}) ?(B|KiB|MiB|GiB|TiB)", Pattern.CASE_INSENSITIVE);

    private SizeText() {
    }

    /**
     * Reads a size that may be a number alone, of bytes.
     *
     * @param text as written.
     * @return in bytes.
     * @throws IllegalArgumentException naming the text and what would be right.
     */
    public static long bytesOrNumber(final String text) {
        return bytes(NUMBER.matcher(text).matches() ? text + UNITS[0] : text);
    }

    /**
     * Reads a size: a number and a unit, such as {@code 64KiB}.
     *
     * @param text as written.
     * @return in bytes.
     * @throws IllegalArgumentException naming the text and what would be right.
     */
    public static long bytes(final String text) {
        final Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                "\"" + text + "\" is no size: write a number and a unit, such as 512B, 64KiB, 16MiB or 1GiB");
        }
        long bytes = Long.parseLong(matcher.group(1));
        try {
            for (int unit = 0; !UNITS[unit].equalsIgnoreCase(matcher.group(2)); unit++) {
                bytes = Math.multiplyExact(bytes, STEP);
            }
        } catch (final ArithmeticException e) {
            throw new IllegalArgumentException("\"" + text + "\" is more than " + Long.MAX_VALUE + " bytes", e);
        }
        return bytes;
    }

    /**
     * Writes a size.
     *
     * @param bytes not negative.
     * @return in the largest unit that divides it, such as {@code 64KiB}.
     */
    public static String format(final long bytes) {
        int unit = 0;
        long value = bytes;
        while (value >= STEP && value % STEP == 0 && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return value + UNITS[unit];
    }
}
