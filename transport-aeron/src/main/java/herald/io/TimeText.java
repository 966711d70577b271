package herald.io;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads times and durations as people and {@code date} write them. Any thread.
 */
public final class TimeText {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,18}(?:ns|us|ms|s|m|h|d|w))+");
    private static final Pattern PART = Pattern.compile("(\\d{1,18})(ns|us|ms|s|m|h|d|w)");
    private static final Pattern EPOCH = Pattern.compile("@(-?\\d{1,18})(?:[.,](\\d{1,9}))?");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
        "ns", ChronoUnit.NANOS,
        "us", ChronoUnit.MICROS,
        "ms", ChronoUnit.MILLIS,
        "s", ChronoUnit.SECONDS,
        "m", ChronoUnit.MINUTES,
        "h", ChronoUnit.HOURS,
        "d", ChronoUnit.DAYS);
    private static final String[] UNIT_NAMES = {"ns", "us", "ms", "s", "m", "h", "d"};
    /** From each unit to the next. */
    private static final int[] STEPS = {1_000, 1_000, 1_000, 60, 60, 24};
    private static final int SECONDS = 3;
    private static final int DAYS_PER_WEEK = 7;
    /** RFC 3339, and ISO 8601 as {@code date -Ins} writes it: a comma before the fraction, no colon in the offset. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .append(DateTimeFormatter.ISO_LOCAL_DATE)
        .appendLiteral('T')
        .appendPattern("HH:mm:ss")
        .optionalStart().appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true).optionalEnd()
        .optionalStart().appendOffset("+HH:MM", "Z").optionalEnd()
        .optionalStart().appendOffset("+HHMM", "Z").optionalEnd()
        .toFormatter(Locale.ROOT);

    private TimeText() {
    }

    /**
     * Reads a duration: numbers with units, such as {@code 500ms}, {@code 1h30m} or {@code 2w}.
     *
     * @param text as written.
     * @return the duration, up to 292 years.
     * @throws IllegalArgumentException naming the text and what would be right.
     */
    public static Duration duration(final String text) {
        if (!isDuration(text)) {
            throw new IllegalArgumentException("\"" + text +
                "\" is no duration: write a number and a unit, such as 500ms, 10s, 1h30m or 2w");
        }
        try {
            Duration sum = Duration.ZERO;
            final Matcher part = PART.matcher(text);
            while (part.find()) {
                final long number = Long.parseLong(part.group(1));
                sum = sum.plus(part.group(2).equals("w") ?
                    Duration.ofDays(Math.multiplyExact(number, DAYS_PER_WEEK)) :
                    Duration.of(number, UNITS.get(part.group(2))));
            }
            return Duration.ofNanos(sum.toNanos());
        } catch (final ArithmeticException e) {
            throw new IllegalArgumentException("\"" + text + "\" is longer than 292 years", e);
        }
    }

    /**
     * Writes a duration.
     *
     * @param ns not negative.
     * @return in the largest unit that divides it, such as {@code 90s}; 0 in seconds.
     */
    public static String format(final long ns) {
        int unit = 0;
        long value = ns;
        while (unit < STEPS.length && value % STEPS[unit] == 0 && (value > 0 || unit < SECONDS)) {
            value /= STEPS[unit];
            unit++;
        }
        return value + UNIT_NAMES[unit];
    }

    /**
     * Whether a text has the form of a duration.
     *
     * @param text as written.
     * @return true where {@link #duration} reads it.
     */
    public static boolean isDuration(final String text) {
        return DURATION.matcher(text).matches();
    }

    /**
     * Reads a time: RFC 3339 as {@code date} prints it, with a {@code T} or a blank in its middle, {@code @} and
     * seconds since the epoch, or a date alone, which is its first moment in UTC.
     *
     * @param text as written.
     * @return ns since the epoch.
     * @throws IllegalArgumentException naming the text and what would be right.
     */
    public static long epochNs(final String text) {
        try {
            final Instant instant = instant(text);
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NS_PER_S), instant.getNano());
        } catch (final ArithmeticException e) {
            throw new IllegalArgumentException("\"" + text + "\" is outside the years 1678 to 2261", e);
        } catch (final DateTimeException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no time: write one such as 2026-11-24T13:05:00Z, " +
                "with its offset from UTC, a date alone, or @ and seconds since the epoch", e);
        }
    }

    private static Instant instant(final String text) {
        final Matcher epoch = EPOCH.matcher(text);
        if (epoch.matches()) {
            final String fraction = epoch.group(2) == null ? "" : epoch.group(2);
            return Instant.ofEpochSecond(Long.parseLong(epoch.group(1)),
                Long.parseLong((fraction + "000000000").substring(0, 9)));
        }
        if (DATE.matcher(text).matches()) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return OffsetDateTime.parse(text.replace(',', '.').replaceFirst("^([0-9-]{10}) ", "$1T"), TIME).toInstant();
    }
}
