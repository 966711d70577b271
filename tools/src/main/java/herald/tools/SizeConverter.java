package herald.tools;

import herald.io.SizeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads sizes such as {@code 512B}, {@code 64KiB}, {@code 16MiB}, {@code 1GiB}, in bytes. An option names it as its
 * converter: there is no type of its own for sizes.
 */
final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(final String text) {
        try {
            return SizeText.bytes(text.trim());
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
