package herald.tools.tail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(parse("1970-01-01 00:00:01+00:00")).isEqualTo(new TailStart(0, 1_000_000_000, false));
        assertThat(parse("1970-01-02")).isEqualTo(new TailStart(0, 86_400_000_000_000L, false));
        assertThat(parse("@1.5")).isEqualTo(new TailStart(0, 1_500_000_000, false));
        assertThat(parse("1m30s")).isEqualTo(new TailStart(0, NOW_NS - 90_000_000_000L, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "-1", "1.5", "2026-13-24", "2026-11-24T13:05:00", "9223372036854775808"})
    void shouldRefuseOtherText(final String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining('"' + text + '"').hasMessageContaining("10m");
    }

    private static TailStart parse(final String text) {
        return TailStart.parse(text, NOW_NS);
    }
}
