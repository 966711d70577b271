package herald.tools.tail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The forms of {@code --from}.
 */
@Timeout(120)
class TailStartTest {
    private static final long NOW_NS = 1_000_000_000_000L;

    @Test
    void shouldReadEveryForm() {
        assertThat(parse("start")).isEqualTo(TailStart.OLDEST);
        assertThat(parse("end")).isEqualTo(new TailStart(0, Long.MIN_VALUE, true));
        assertThat(parse("1024")).isEqualTo(new TailStart(1024, Long.MIN_VALUE, false));
        assertThat(parse("10s")).isEqualTo(new TailStart(0, NOW_NS - 10_000_000_000L, false));
        assertThat(parse("1970-01-01T01:00:01.000000002+01:00"))
            .isEqualTo(new TailStart(0, 1_000_000_002, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "-1", "1.5", "2026-11-24", "2026-11-24T13:05:00", "9223372036854775808"})
    void shouldRefuseOtherText(final String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining('"' + text + '"').hasMessageContaining("10m");
    }

    private static TailStart parse(final String text) {
        return TailStart.parse(
            text, ago -> Duration.ofSeconds(Long.parseLong(ago.substring(0, ago.length() - 1))), NOW_NS);
    }
}
