package herald.writers.text;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Writes times as RFC 3339 has them, in UTC, with a fixed number of digits.
 */
public final class Rfc3339 {
    /** Digits after the second for milliseconds. */
    public static final int MILLIS = 3;
    /** Digits after the second for microseconds. */
    public static final int MICROS = 6;
    /** Digits after the second for nanoseconds. */
    public static final int NANOS = 9;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    private Rfc3339() {
    }

    /**
     * Appends a time.
     *
     * @param epochNs ns since the epoch.
     * @param digits  after the second, 1 to 9; what is finer is cut off.
     * @param out     to append to.
     */
    public static void append(final long epochNs, final int digits, final StringBuilder out) {
        final LocalDateTime time =
            LocalDateTime.ofEpochSecond(Math.floorDiv(epochNs, NS_PER_SECOND), 0, ZoneOffset.UTC);
        appendPadded(time.getYear(), 4, out);
        out.append('-');
        appendPadded(time.getMonthValue(), 2, out);
        out.append('-');
        appendPadded(time.getDayOfMonth(), 2, out);
        out.append('T');
        appendPadded(time.getHour(), 2, out);
        out.append(':');
        appendPadded(time.getMinute(), 2, out);
        out.append(':');
        appendPadded(time.getSecond(), 2, out);
        out.append('.');
        appendPadded((int)Math.floorMod(epochNs, NS_PER_SECOND), NANOS, out);
        out.setLength(out.length() - NANOS + digits);
        out.append('Z');
    }

    /**
     * Formats a time.
     *
     * @param epochNs ns since the epoch.
     * @param digits  after the second, 1 to 9.
     * @return for example {@code 2026-11-24T13:25:54.123456789Z}.
     */
    public static String format(final long epochNs, final int digits) {
        final StringBuilder out = new StringBuilder(32);
        append(epochNs, digits, out);
        return out.toString();
    }

    private static void appendPadded(final int value, final int width, final StringBuilder out) {
        int bound = 10;
        for (int digit = 1; digit < width; digit++) {
            if (value < bound) {
                out.append('0');
            }
            bound *= 10;
        }
        out.append(value);
    }
}
