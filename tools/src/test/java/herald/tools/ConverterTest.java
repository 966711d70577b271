package herald.tools;

import herald.io.SizeText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How people write durations and sizes.
 */
@Timeout(120)
class ConverterTest {
    @ParameterizedTest
    @CsvSource({"10ns, PT0.00000001S", "500ms, PT0.5S", "10s, PT10S", "1m, PT1M", "2h, PT2H", "7d, PT168H", "0s, PT0S"})
    void shouldReadDurations(final String text, final Duration duration) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "1 week", "999999999999999999d", "9999999999999999999s"})
    void shouldRefuseWhatIsNoDuration(final String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
            .isInstanceOf(TypeConversionException.class).hasMessageContaining('"' + text + '"');
    }

    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "64KiB, 65536", "16mib, 16777216", "1GiB, 1073741824", "2TiB, 2199023255552"})
    void shouldReadSizes(final String text, final long bytes) {
        assertThat(new SizeConverter().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64MB", "-1MiB", "MiB", "1.5GiB", "99999999999999TiB"})
    void shouldRefuseWhatIsNoSize(final String text) {
        assertThatThrownBy(() -> new SizeConverter().convert(text))
            .isInstanceOf(TypeConversionException.class).hasMessageContaining('"' + text + '"');
    }

    @Test
    void shouldWriteSizesInLargestUnitThatDividesThem() {
        assertThat(SizeText.format(0)).isEqualTo("0B");
        assertThat(SizeText.format(1025)).isEqualTo("1025B");
        assertThat(SizeText.format(16 << 20)).isEqualTo("16MiB");
    }
}
