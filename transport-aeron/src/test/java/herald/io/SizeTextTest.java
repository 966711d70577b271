package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Sizes as people write them. */
class SizeTextTest {
    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "64KiB, 65536", "64 kib, 65536", "16MiB, 16777216", "1GiB, 1073741824",
        "2TiB, 2199023255552", "8388607TiB, 9223370937343148032", "999999999999999999B, 999999999999999999"})
    void shouldReadANumberAndAUnit(final String text, final long bytes) {
        assertThat(SizeText.bytes(text)).isEqualTo(bytes);
        assertThat(SizeText.bytesOrNumber(text)).isEqualTo(bytes);
    }

    @Test
    void shouldReadANumberAloneWhereItMayBeOne() {
        assertThat(SizeText.bytesOrNumber("67108864")).isEqualTo(67_108_864);
        assertThatThrownBy(() -> SizeText.bytes("67108864")).hasMessageContaining("\"67108864\" is no size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "B", "-1B", "1.5MiB", "1MB", "1Ki", "KiB", "1 000B", "9999999999999999999B", "0x10B"})
    void shouldNameWhatIsNone(final String text) {
        assertThatThrownBy(() -> SizeText.bytesOrNumber(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("\"" + text + "\" is no size: write a number and a unit, such as 512B, 64KiB, 16MiB or 1GiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8388608TiB", "999999999999999999TiB", "9007199254740992KiB"})
    void shouldNameWhatIsTooMuch(final String text) {
        assertThatThrownBy(() -> SizeText.bytes(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("\"" + text + "\" is more than " + Long.MAX_VALUE + " bytes");
    }
}
