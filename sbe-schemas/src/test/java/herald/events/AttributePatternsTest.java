package herald.events;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which names patterns match, as text and as bytes, and which patterns are refused.
 */
@Timeout(30)
class AttributePatternsTest {
    @ParameterizedTest
    @CsvSource({
        "pid, pid, true", "pid, Pid, false", "pid, pid2, false", "pid, '', false",
        "x-*, x-request-id, true", "x-*, x-, true", "x-*, ax-, false",
        "*, '', true", "*, größe, true", "*id, pidid, true", "*a*b*, xxaxxbxx, true", "*a*b*, xxbxxaxx, false",
        "gr??e, größe, true", "gr?e, größe, false", "?, µ, true", "?, 😀, true", "??, 😀, false", "?*, 😀, true",
        "*?b, 😀b, true", "a.c, abc, false"
    })
    void shouldMatchTheWholeNameAsTextAndAsBytes(final String pattern, final String name, final boolean expected) {
        final AttributePatterns patterns = AttributePatterns.of(List.of("other", pattern));

        assertThat(patterns.matches(name)).isEqualTo(expected);
        assertThat(matchesUtf8(patterns, name)).isEqualTo(expected);
    }

    @Test
    void shouldSayTheSameOfTextAndBytesWhateverTheyAre() {
        final Random random = new Random(33);
        for (int i = 0; i < 20_000; i++) {
            final AttributePatterns patterns =
                AttributePatterns.of(List.of(text(random, "ab*?ö😀", 1), text(random, "ab*?ö😀", 1)));
            final String name = text(random, "abö😀", 0);

            assertThat(matchesUtf8(patterns, name)).as(patterns + " of " + name).isEqualTo(patterns.matches(name));
        }
    }

    private static String text(final Random random, final String characters, final int minimum) {
        final int[] choices = characters.codePoints().toArray();
        final StringBuilder text = new StringBuilder();
        for (int i = minimum + random.nextInt(5); i > 0; i--) {
            text.appendCodePoint(choices[random.nextInt(choices.length)]);
        }
        return text.toString();
    }

    private static boolean matchesUtf8(final AttributePatterns patterns, final String name) {
        final byte[] bytes = ("*" + name + "*").getBytes(StandardCharsets.UTF_8);
        return patterns.matchesUtf8(new UnsafeBuffer(bytes), 1, bytes.length - 2);
    }

    @Test
    void shouldBeTheSameInAnyOrder() {
        assertThat(AttributePatterns.of(List.of("x-*", "pid", "pid")))
            .isEqualTo(AttributePatterns.of(List.of("pid", "x-*")));
        assertThat(AttributePatterns.of(List.of())).isSameAs(AttributePatterns.NONE);
        assertThat(AttributePatterns.NONE.matches("pid")).isFalse();
    }

    @Test
    void shouldRefuseWhatIsNoPattern() {
        assertThatThrownBy(() -> AttributePatterns.of(List.of("pid", " ")))
            .hasMessageContaining("has an empty pattern");
        assertThatThrownBy(() -> AttributePatterns.of(Arrays.asList("pid", null)))
            .hasMessageContaining("has an empty pattern");
        assertThatThrownBy(() -> AttributePatterns.of(List.of("a\nb")))
            .hasMessageContaining("\"a?b\" has a control character");
        assertThatThrownBy(() -> AttributePatterns.of(List.of("x".repeat(AttributePatterns.MAX_LENGTH))))
            .hasMessageContaining("1901 bytes in all: 1900 is the limit");
    }
}
