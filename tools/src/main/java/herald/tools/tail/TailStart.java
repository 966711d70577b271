package herald.tools.tail;

import herald.io.TimeText;

/**
 * Where to begin in a stream.
 *
 * @param position of a record; 0 for the oldest.
 * @param timeNs   of the first event, journal time in ns since the epoch; {@link Long#MIN_VALUE} for any.
 * @param atEnd    whether to pass over all that is there.
 */
public record TailStart(long position, long timeNs, boolean atEnd) {
    /** At the oldest event kept. */
    public static final TailStart OLDEST = new TailStart(0, Long.MIN_VALUE, false);

    /**
     * Reads a start as the command line writes it.
     *
     * @param text  {@code start}, {@code end}, a position, a time, or a duration such as {@code 10m}: that long ago.
     * @param nowNs wall clock, ns since the epoch.
     * @return the start.
     * @throws IllegalArgumentException naming the text and the forms that would be right.
     */
    static TailStart parse(final String text, final long nowNs) {
        if (text.equals("start")) {
            return OLDEST;
        }
        if (text.equals("end")) {
            return new TailStart(0, Long.MIN_VALUE, true);
        }
        if (text.matches("\\d{1,18}")) {
            return new TailStart(Long.parseLong(text), Long.MIN_VALUE, false);
        }
        if (text.matches("\\d+[a-z].*")) {
            return new TailStart(0, nowNs - TimeText.duration(text).toNanos(), false);
        }
        try {
            return new TailStart(0, TimeText.epochNs(text), false);
        } catch (final IllegalArgumentException e) {
            throw e.getCause() instanceof ArithmeticException ? e : new IllegalArgumentException(
                "\"" + text + "\" is no place to begin: write start, end, a position, a time such as " +
                "2026-11-24T13:05:00Z, or how long ago, such as 10m", e);
        }
    }
}
