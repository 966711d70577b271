package herald.tools;

import herald.io.TimeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

/**
 * Reads durations such as {@code 500ms}, {@code 10s}, {@code 1h30m} or {@code 2w}.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(final String text) {
        try {
            return TimeText.duration(text.trim());
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
