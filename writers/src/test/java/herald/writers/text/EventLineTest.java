package herald.writers.text;

import herald.events.Severity;
import herald.io.Escape;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

import static herald.writers.EventBatches.event;
import static org.assertj.core.api.Assertions.assertThat;

/** Lines for people, and what must never get into them. */
@Timeout(120)
class EventLineTest {
    @Test
    void shouldWriteEverythingInOneLine() {
        assertThat(line(event().severity(Severity.CRITICAL).count(3)
            .attribute("term", "7").attribute("why", "no quorum")))
            .isEqualTo("2026-11-24T13:25:55.123Z CRITICAL cluster.ElectionStarted ×3 cmd@node-1 Link/eth0 " +
                "Leader election started term=7 why=\"no quorum\"");
    }

    @Test
    void shouldLeaveOutWhatIsNotThere() {
        assertThat(line(event().severity(Severity.INFO).message("").reference("", "", "")))
            .isEqualTo("2026-11-24T13:25:55.123Z INFO     cluster.ElectionStarted cmd@node-1");
    }

    @Test
    void shouldMarkATimeThatIsNotTheRecorders() {
        assertThat(line(event().times(0).message("")))
            .isEqualTo("2026-11-24T13:25:54.123Z WARN     cluster.ElectionStarted cmd@node-1 Link/eth0 clock-unset");
    }

    @Test
    void shouldQuoteWordsThatCouldBeMistaken() {
        assertThat(line(event().source("c md", "n").attribute("a=b", "x\"y\\z").attribute("empty", "")))
            .contains(" \"c md\"@n ")
            .endsWith(" \"a=b\"=\"x\\\"y\\\\z\" empty=\"\"");
    }

    @ParameterizedTest
    @CsvSource({"DEBUG, 2", "INFO, 32", "WARN, 33", "CRITICAL, 1;31"})
    void shouldColourTheSeverityWhenAsked(final Severity severity, final String code) {
        final StringBuilder out = new StringBuilder();
        new EventLine(true).append(EventBatches.of(event().severity(severity)).event(0), out);

        assertThat(out.toString()).contains("Z \u001B[" + code + "m" + severity + "\u001B[0m" +
            " ".repeat(9 - severity.name().length()) + "cluster.");
    }

    @Test
    void shouldLetNoUnsafeCharacterThrough() {
        final Random random = new Random(4802);
        for (int i = 0; i < 500; i++) {
            final String hard = EventBatches.hardText(random, 80);
            final String line = line(event().type(hard).source(hard, hard + "x").message(hard)
                .reference(hard, hard, hard).attribute(hard, hard));

            assertThat(line.chars()).noneMatch(c -> Escape.isUnsafe((char)c.intValue()));
        }
    }

    @Test
    void shouldShowControlsAsEscapesAndKeepBackslashes() {
        assertThat(Escape.escape("C:\\a\n\r\t\u001B[2J\u009B\u202E\u2028")).isEqualTo(
            "C:\\a\\n\\r\\t\\u001B[2J\\u009B\\u202E\\u2028");
        assertThat(Escape.escape("\uD83D\uDE00 \uD83D \uDE00")).isEqualTo("\uD83D\uDE00 \\uD83D \\uDE00");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 9, 1970-01-01T00:00:00.000000000Z",
        "-1, 9, 1969-12-31T23:59:59.999999999Z",
        "1795526754123456789, 6, 2026-11-24T13:25:54.123456Z",
        "1795526754003456789, 3, 2026-11-24T13:25:54.003Z",
        "9223372036854775807, 9, 2262-04-11T23:47:16.854775807Z",
        "-9223372036854775808, 9, 1677-09-21T00:12:43.145224192Z"})
    void shouldWriteTimesWithAFixedNumberOfDigits(final long epochNs, final int digits, final String expected) {
        assertThat(Rfc3339.format(epochNs, digits)).isEqualTo(expected);
    }

    private static String line(final EventBatches.Event event) {
        final StringBuilder out = new StringBuilder();
        new EventLine(false).append(EventBatches.of(event).event(0), out);
        return out.toString();
    }
}
