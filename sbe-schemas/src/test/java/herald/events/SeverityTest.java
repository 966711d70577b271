package herald.events;

import herald.wire.SeverityLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Severities agree with the wire and read what people write.
 */
@Timeout(120)
class SeverityTest {
    @ParameterizedTest
    @EnumSource(Severity.class)
    void shouldShareNameAndCodeWithTheWire(final Severity severity) {
        assertThat(SeverityLevel.valueOf(severity.name()).value()).isEqualTo((short) severity.code());
        assertThat(Severity.ofCode(severity.code())).isEqualTo(severity);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, 254, 255})
    void shouldTakeAnUnknownCodeForTheWorst(final int code) {
        assertThat(Severity.ofCode(code)).isEqualTo(Severity.CRITICAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WARN", "warn", " Warn "})
    void shouldReadANameInAnyCase(final String text) {
        assertThat(Severity.parse(text)).isEqualTo(Severity.WARN);
    }

    @Test
    void shouldSayWhatWouldBeRight() {
        assertThatThrownBy(() -> Severity.parse("fatal"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("severity \"fatal\" is none of DEBUG, INFO, WARN, CRITICAL");
    }
}
