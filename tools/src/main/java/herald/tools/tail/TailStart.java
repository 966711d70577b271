package herald.tools.tail;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.Function;

/**
 * Where to begin in a stream.
 *
 * @param position of a record; 0 for the oldest.
 * @param timeNs   of the first event, journal time in ns since the epoch; {@link Long#MIN_VALUE} for any.
 * @param atEnd    whether to pass over all that is there.
 */
public record TailStart(long position, long timeNs, boolean atEnd) {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    /** At the oldest event kept. */
    public static final TailStart OLDEST = new TailStart(0, Long.MIN_VALUE, false);

    /**
     * Reads a start as the command line writes it.
     *
     * @param text  {@code start}, {@code end}, a position, or a time in RFC 3339.
     * @param asAgo reads a duration such as {@code 10m}: that long ago.
     * @param nowNs wall clock, ns since the epoch.
     * @return the start.
     * @throws IllegalArgumentException naming the text and the forms that would be right.
     */
    static TailStart parse(final String text, final Function<String, Duration> asAgo, final long nowNs) {
        if (text.equals("start")) {
            return OLDEST;
        }
        if (text.equals("end")) {
            return new TailStart(0, Long.MIN_VALUE, true);
        }
        if (text.matches("\\d{1,18}")) {
            return new TailStart(Long.parseLong(text), Long.MIN_VALUE, false);
        }
        if (text.matches("\\d+[a-z]+")) {
            return new TailStart(0, nowNs - asAgo.apply(text).toNanos(), false);
        }
        try {
            final Instant instant = OffsetDateTime.parse(text).toInstant();
            return new TailStart(0, Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), NS_PER_SECOND), instant.getNano()), false);
        } catch (final ArithmeticException e) {
            throw new IllegalArgumentException("\"" + text + "\" is outside the years 1678 to 2261", e);
        } catch (final DateTimeParseException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no place to begin: write start, end, a position, " +
                "a time such as 2026-11-24T13:05:00Z, or how long ago, such as 10m", e);
        }
    }
}
