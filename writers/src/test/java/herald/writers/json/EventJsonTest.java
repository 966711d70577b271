package herald.writers.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import herald.event.EventDefaults;
import herald.event.EventView;
import herald.io.Escape;
import herald.writers.EventBatches;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

import static herald.writers.EventBatches.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

/** The JSON shape, byte for byte and read back by a parser. */
@Timeout(120)
class EventJsonTest {
    private final EventJson json = new EventJson();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void shouldWriteTheWholeShape() throws IOException {
        json.write(view(event().attribute("term", "7").count(3)), out);

        assertThat(text()).isEqualTo("{\"kind\":\"Event\",\"meta\":{" +
            "\"name\":\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\",\"uuid\":\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\"," +
            "\"tenant\":\"acme\",\"namespace\":\"prod\",\"creation-time\":\"2026-11-24T13:25:54.123456789Z\"," +
            "\"mod-time\":\"2026-11-24T13:25:55.123456789Z\"},\"type\":\"cluster.ElectionStarted\"," +
            "\"severity\":\"WARN\",\"category\":\"Cluster\",\"message\":\"Leader election started\"," +
            "\"object-ref\":{\"tenant\":\"acme\",\"namespace\":\"net\",\"kind\":\"Link\",\"name\":\"eth0\"," +
            "\"uri\":\"/links/eth0\"},\"source\":{\"node-name\":\"node-1\",\"component\":\"cmd\"}," +
            "\"attributes\":{\"term\":\"7\"},\"count\":3}\n");
    }

    @Test
    void shouldFillInTheDefaultReferenceAndAnEmptyObjectOfAttributes() throws IOException {
        json.write(view(event().noReference()), out);

        assertThat(parse(text())).contains(
            entry("/object-ref/kind", "Node"), entry("/object-ref/name", "node-1"), entry("/object-ref/uri", ""));
        assertThat(text()).contains("\"attributes\":{}");
    }

    @Test
    void shouldShowTheTimeOfTheJournalWhereTheRecordersClockWasNotSet() throws IOException {
        json.write(view(event().times(978_307_199_999_999_999L)), out);
        json.write(view(event().times(978_307_200_000_000_000L)), out);

        assertThat(text().lines()).satisfiesExactly(
            line -> assertThat(line).endsWith("\"count\":1,\"clock-unset\":true}").contains(
                "\"creation-time\":\"2026-11-24T13:25:54.123457789Z\",\"mod-time\":\"2026-11-24T13:25:54.123458789Z\""),
            line -> assertThat(line).endsWith("\"count\":1}").contains(
                "\"creation-time\":\"2001-01-01T00:00:00.000000000Z\""));
    }

    @Test
    void shouldEscapeInvisibleCharactersAndKeepTheText() throws IOException {
        final String text = "a\u200Bb\u00ADc" + Character.toString(0xE0041) + "d" + Character.toString(0x1F600) +
            Character.toString(0xE0100) + "e";
        json.write(view(event().message(text).attribute("k" + Character.toString(0xE0041), text)), out);

        assertThat(text()).contains("a\\u200Bb\\u00ADc\\uDB40\\uDC41d", "\"k\\uDB40\\uDC41\":");
        assertThat(parse(text())).contains(entry("/message", text));
        assertThat(parse(text())).containsEntry("/attributes/k" + Character.toString(0xE0041), text);
    }

    @Test
    void shouldAddPositionAndJournalTimeForTheDispatchLog() throws IOException {
        json.writeDispatched(view(event().overfull()), 8192, out);
        json.writeDispatched(view(event()), 8192, out);

        final String journalTime = "\"journal-time\":\"2026-11-24T13:25:54.123458789Z\"";
        assertThat(text().lines()).satisfiesExactly(
            line -> assertThat(line).endsWith("\"count\":1,\"position\":8192," + journalTime + ",\"overfull\":true}"),
            line -> assertThat(line).endsWith("\"count\":1,\"position\":8192," + journalTime + "}"));
    }

    @Test
    void shouldAddRecorderAndSequenceForTheJournal() throws IOException {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        event().encodeWireTo(buffer);
        json.writeJournaled(new EventView().wrapJournaled(EventDefaults.ofNode("n"), 1, 64, buffer, 0), out);

        assertThat(text()).endsWith("\"count\":1,\"position\":64," +
            "\"recorder\":\"00000000-0000-0007-0000-000000000009\",\"sequence\":42," +
            "\"journal-time\":\"1970-01-01T00:00:00.000000001Z\"}\n");
    }

    @Test
    void shouldWriteHardTextAsOneSafeLineThatReadsBack() throws IOException {
        final Random random = new Random(4801);
        for (int i = 0; i < 500; i++) {
            final String message = EventBatches.hardText(random, 200);
            final String key = EventBatches.hardText(random, 20);
            final String value = EventBatches.hardText(random, 60);
            final String name = EventBatches.hardText(random, 60);
            out.reset();
            json.write(view(event().message(message).attribute(key, value).reference("Link", name, value)), out);

            final String line = text();
            assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
            assertThat(line.strip().chars()).noneMatch(c -> Escape.isUnsafe((char)c.intValue()));
            assertThat(parse(line)).contains(
                entry("/message", message),
                entry("/attributes/" + key, value),
                entry("/object-ref/name", name),
                entry("/object-ref/uri", value));
        }
    }

    @Test
    void shouldGoOnWithAWholeLineAfterADestinationThatFailed() throws IOException {
        final OutputStream failing = new OutputStream() {
            @Override
            public void write(final int b) throws IOException {
                throw new IOException("no");
            }
        };
        assertThatThrownBy(() -> json.write(view(event()), failing)).isInstanceOf(IOException.class);

        json.write(view(event().message("next")), out);

        assertThat(text().lines()).hasSize(1);
        assertThat(parse(text())).contains(entry("/message", "next"));
    }

    private static EventView view(final EventBatches.Event event) {
        return EventBatches.of(event).event(0);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, String> parse(final String line) throws IOException {
        final Map<String, String> values = new LinkedHashMap<>();
        String prefix = "";
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.START_OBJECT && parser.currentName() != null) {
                    prefix = "/" + parser.currentName();
                } else if (parser.currentToken() == JsonToken.END_OBJECT) {
                    prefix = "";
                } else if (parser.currentToken().isScalarValue()) {
                    values.put(prefix + "/" + parser.currentName(), parser.getText());
                }
            }
        }
        return values;
    }
}
