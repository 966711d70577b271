package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Times and durations as people and {@code date} write them.
 */
@Timeout(120)
class TimeTextTest {
    @ParameterizedTest
    @CsvSource({"10ns, PT0.00000001S", "500ms, PT0.5S", "1m, PT1M", "7d, PT168H", "0s, PT0S", "1h30m, PT1H30M",
        "2w, PT336H", "1d12h30m15s, PT36H30M15S", "1s500ms, PT1.5S"})
    void shouldReadDurations(final String text, final Duration duration) {
        assertThat(TimeText.duration(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "1 week", "1h 30m", "1h30", "999999999999999999d",
        "999999999999999999w", "200000d200000d", "9999999999999999999s", "1y", "1M"})
    void shouldRefuseWhatIsNoDuration(final String text) {
        assertThatThrownBy(() -> TimeText.duration(text))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining('"' + text + '"');
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-24T13:05:00Z, 2026-11-24T13:05:00Z",
        "2026-11-24t13:05:00z, 2026-11-24T13:05:00Z",
        "2026-11-24 13:05:00+00:00, 2026-11-24T13:05:00Z",
        "2026-11-24 13:05:00.123456789-05:30, 2026-11-24T18:35:00.123456789Z",
        "'2026-11-24T13:05:00,123456789+01:00', 2026-11-24T12:05:00.123456789Z",
        "2026-11-24T13:05:00+0100, 2026-11-24T12:05:00Z",
        "2026-11-24T13:05:00.5Z, 2026-11-24T13:05:00.5Z",
        "2026-11-24, 2026-11-24T00:00:00Z",
        "@0, 1970-01-01T00:00:00Z",
        "@1795439100, 2026-11-23T13:05:00Z",
        "@1795439100.25, 2026-11-23T13:05:00.25Z"})
    void shouldReadTimes(final String text, final Instant time) {
        assertThat(TimeText.epochNs(text)).isEqualTo(time.getEpochSecond() * 1_000_000_000L + time.getNano());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rfc-3339=ns", "--rfc-3339=seconds", "-Iseconds", "-Ins", "+@%s", "+@%s.%N", "+%FT%T%z",
        "+%FT%TZ", "+%F"})
    void shouldReadWhatDatePrints(final String form) throws Exception {
        final Process date = new ProcessBuilder(List.of("date", "-u", "--date=2026-11-24T00:00:00Z", form)).start();
        final String printed = new String(date.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();

        assertThat(TimeText.epochNs(printed)).as(printed)
            .isEqualTo(Instant.parse("2026-11-24T00:00:00Z").getEpochSecond() * 1_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "2026-11-24T13:05:00", "2026-13-24", "2026-11-31", "24.11.2026", "@", "@1e9",
        "2026-11-24T25:05:00Z", "9999-01-01T00:00:00Z", "@99999999999"})
    void shouldRefuseWhatIsNoTime(final String text) {
        assertThatThrownBy(() -> TimeText.epochNs(text))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining('"' + text + '"');
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "1, 1ns", "1500000, 1500us", "90000000000, 90s", "3600000000000, 1h", "172800000000000, 2d"})
    void shouldWriteDurationsInLargestUnitThatDividesThem(final long ns, final String text) {
        assertThat(TimeText.format(ns)).isEqualTo(text);
        assertThat(TimeText.duration(text).toNanos()).isEqualTo(ns);
    }

    @Test
    void shouldTellDurationsFromTimes() {
        assertThat(TimeText.isDuration("1h30m")).isTrue();
        assertThat(TimeText.isDuration("2026-11-24")).isFalse();
    }
}
