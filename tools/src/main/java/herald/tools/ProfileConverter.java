package herald.tools;

import herald.link.Profile;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a profile's name on the command line.
 */
final class ProfileConverter implements ITypeConverter<Profile> {
    @Override
    public Profile convert(final String text) {
        try {
            return Profile.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
