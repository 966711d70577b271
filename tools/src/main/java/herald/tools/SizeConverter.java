package herald.tools;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads sizes such as {@code 512B}, {@code 64KiB}, {@code 16MiB}, {@code 1GiB}, in bytes. An option names it as its
 * converter: there is no type of its own for sizes.
 */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(b|kib|mib|gib|tib)");
    private static final Map<String, Integer> SHIFTS = Map.of("b", 0, "kib", 10, "mib", 20, "gib", 30, "tib", 40);

    @Override
    public Long convert(final String text) {
        final Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException(
                "\"" + text + "\" is no size: write a number and a unit, such as 512B, 64KiB, 16MiB or 1GiB");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << SHIFTS.get(matcher.group(2)));
        } catch (final ArithmeticException e) {
            throw new TypeConversionException("\"" + text + "\" is more than " + Long.MAX_VALUE + " bytes");
        }
    }
}
