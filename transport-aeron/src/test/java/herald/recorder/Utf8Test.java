package herald.recorder;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The encoder writes the bytes that the JDK's does, a question mark for what is no text included.
 */
@Timeout(120)
class Utf8Test {
    @Test
    void shouldEncodeOneToFourBytes() {
        for (final String text : new String[] {
            "", "a", "\u0000\u007F", "\u0080\u07FF", "\u0800\uD7FF\uE000\uFFFF", "\uD800\uDC00\uDBFF\uDFFF",
            "Größe 漢字 😀 end"}) {
            assertSameAsTheJdk(text);
        }
    }

    @Test
    void shouldReplaceLoneSurrogates() {
        for (final String text : new String[] {
            "\uD800", "\uDC00", "a\uD800", "\uD800a", "\uDC00\uD800", "\uD800\uD800\uDC00", "\uDFFFa\uDBFF"}) {
            assertSameAsTheJdk(text);
        }
        assertThat(encoded("x\uD800y")).isEqualTo("x?y".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldEncodeEveryCodePoint() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint += 1 + codePoint / 1_000) {
            assertSameAsTheJdk(new String(Character.toChars(codePoint)));
        }
    }

    @Test
    void shouldEncodeAnyMixture() {
        final Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            assertSameAsTheJdk(text(random, random.nextInt(40)));
        }
    }

    @Test
    void shouldEncodeAsciiOfAnyLengthWithAnotherCharacterAnywhere() {
        final String ascii = "The quick brown fox jumps over the lazy dog \u0000\u007F";
        for (int length = 0; length <= ascii.length(); length++) {
            final String text = ascii.substring(0, length);
            assertSameAsTheJdk(text);
            for (int i = 0; i <= length; i++) {
                for (final String other : new String[] {"\u0080", "\u20AC", "\uD83D\uDE00", "\uD83D", "\uFFFF"}) {
                    assertSameAsTheJdk(text.substring(0, i) + other + text.substring(i));
                }
            }
        }
    }

    private static void assertSameAsTheJdk(final String text) {
        assertThat(encoded(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] encoded(final String text) {
        final byte[] bytes = new byte[Utf8.length(text)];
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[bytes.length + 2]);
        assertThat(Utf8.encode(text, buffer, 1)).isEqualTo(bytes.length);
        assertThat(buffer.getByte(0)).isZero();
        assertThat(buffer.getByte(bytes.length + 1)).isZero();
        buffer.getBytes(1, bytes);
        return bytes;
    }

    /** Chars of every length in UTF-8, surrogates with and without a partner among them. */
    static String text(final Random random, final int chars) {
        final StringBuilder text = new StringBuilder();
        while (text.length() < chars) {
            switch (random.nextInt(5)) {
                case 0 -> text.append((char)random.nextInt(0x80));
                case 1 -> text.append((char)random.nextInt(0x800));
                case 2 -> text.append((char)random.nextInt(0x1_0000));
                case 3 -> text.appendCodePoint(0x1_0000 + random.nextInt(0x10_0000));
                default -> text.append((char)(0xD800 + random.nextInt(0x800)));
            }
        }
        return text.toString();
    }
}
