package herald.writers.syslog;

import herald.event.EventView;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;

import static herald.writers.EventBatches.event;
import static org.assertj.core.api.Assertions.assertThat;

/** Messages of RFC 3164, section 4.1. */
@Timeout(120)
class Rfc3164EncoderTest {
    private static final long NS_PER_DAY = 86_400_000_000_000L;

    private static String encode(
        final EventBatches.Event event, final ZoneId zone, final String appName, final String prefix) {
        final SyslogEncoder encoder =
            new Rfc3164Encoder(new SyslogEncoder.Style(16, appName, prefix, 2_048), zone);
        final EventView view = EventBatches.of(event).event(0);
        return new String(encoder.bytes(), 0, encoder.encode(view), StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteTimeHostTagAndWhatTheEventSays() {
        assertThat(encode(event().count(3).attribute("term", "7"), ZoneOffset.UTC, "", "fleet-7.")).isEqualTo(
            "<132>Nov 24 13:25:55 node-1 fleet-7.cmd: [herald@32473 id=\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\"" +
            " count=\"3\" first=\"2026-11-24T13:25:54.123456789Z\" last=\"2026-11-24T13:25:55.123456789Z\"" +
            " severity=\"WARN\" type=\"cluster.ElectionStarted\" category=\"Cluster\" component=\"cmd\"" +
            " node=\"node-1\" ref-tenant=\"acme\" ref-namespace=\"net\" ref-kind=\"Link\" ref-name=\"eth0\"" +
            " ref-uri=\"/links/eth0\"][attr@32473 term=\"7\"] Leader election started");
    }

    @Test
    void shouldWriteLocalTimeAndPadTheDay() {
        assertThat(encode(event(), ZoneOffset.ofHours(11), "app", "")).startsWith("<132>Nov 25 00:25:55 node-1 app: [");
        assertThat(encode(event().times(EventBatches.CREATION_TIME_NS - 20 * NS_PER_DAY), ZoneOffset.UTC, "", ""))
            .startsWith("<132>Nov  4 13:25:54 node-1 cmd: [");
    }

    @Test
    void shouldKeepTheTagToItsAlphabet() {
        assertThat(encode(event(), ZoneOffset.UTC, "a b:c[1]" + "x".repeat(40), ""))
            .contains(" node-1 a_b_c_1_" + "x".repeat(24) + ": [");
    }

    @Test
    void shouldCutThePrefixBeforeTheName() {
        assertThat(encode(event(), ZoneOffset.UTC, "", "fleet/" + "x".repeat(40)))
            .contains(" node-1 fleet_" + "x".repeat(23) + "cmd: [");
        assertThat(encode(event().source("", "node-1"), ZoneOffset.UTC, "", "")).contains(" node-1 -: [");
    }

    @Test
    void shouldHaveNoControlCharacterWhateverTheEventSays() {
        final Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            final String text = EventBatches.hardText(random, 200);
            assertThat(encode(event().message(text).attribute(text, text).source(text, text), ZoneOffset.UTC, "", text))
                .matches("<132>[A-Z][a-z]{2} [ 0-9]\\d \\d\\d:\\d\\d:\\d\\d [!-~]+ [!-~]+: \\[herald@32473 .*")
                .doesNotContainPattern("\\p{Cntrl}");
        }
    }
}
