package herald.io;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which characters are shown as escapes.
 */
@Timeout(120)
class EscapeTest {
    private static String escapes(final int codePoint) {
        final StringBuilder escapes = new StringBuilder();
        for (final char c : Character.toChars(codePoint)) {
            Escape.appendUnicodeEscape(c, escapes);
        }
        return escapes.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {
        0x1B, 0x7F, 0x85, 0x9F, 0x00AD, 0x034F, 0x061C, 0x115F, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x2028, 0x202E,
        0x2060, 0x2066, 0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF9, 0x1D173, 0xE0001, 0xE0041, 0xE007F})
    void shouldEscapeWhatNobodySees(final int codePoint) {
        assertThat(Escape.escape("a" + Character.toString(codePoint) + "b")).isEqualTo("a" + escapes(codePoint) + "b");
    }

    @ParameterizedTest
    @ValueSource(ints = {' ', '\\', 0xA0, 0xE9, 0x0301, 0x0600, 0x06DD, 0x4E2D, 0xFE0F, 0x1F600, 0x10FFFD})
    void shouldShowWhatEverybodySees(final int codePoint) {
        final String text = "a" + Character.toString(codePoint) + "b";

        assertThat(Escape.escape(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(chars = {'\uD800', '\uDB40', '\uDC00', '\uDFFF'})
    void shouldEscapeASurrogateThatIsAlone(final char surrogate) {
        assertThat(Escape.escape("a" + surrogate)).isEqualTo("a" + escapes(surrogate));
        assertThat(Escape.escape(surrogate + "a")).isEqualTo(escapes(surrogate) + "a");
    }
}
