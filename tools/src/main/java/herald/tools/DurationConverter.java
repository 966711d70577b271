package herald.tools;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations such as {@code 500ms}, {@code 10s}, {@code 1m}, {@code 2h}, {@code 7d}.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(ns|us|ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
        "ns", ChronoUnit.NANOS,
        "us", ChronoUnit.MICROS,
        "ms", ChronoUnit.MILLIS,
        "s", ChronoUnit.SECONDS,
        "m", ChronoUnit.MINUTES,
        "h", ChronoUnit.HOURS,
        "d", ChronoUnit.DAYS);

    @Override
    public Duration convert(final String text) {
        final Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            throw new TypeConversionException(
                "\"" + text + "\" is no duration: write a number and a unit, such as 500ms, 10s, 1m or 2h");
        }
        try {
            final long number = Long.parseLong(matcher.group(1));
            return Duration.ofNanos(Duration.of(number, UNITS.get(matcher.group(2))).toNanos());
        } catch (final ArithmeticException e) {
            throw new TypeConversionException("\"" + text + "\" is longer than 292 years");
        }
    }
}
