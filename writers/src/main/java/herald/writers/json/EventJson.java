package herald.writers.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import herald.event.EventView;
import herald.io.Escape;
import herald.writers.text.Rfc3339;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The one JSON shape of an event: a line in UTF-8 that ends in a newline and has none inside. Reused for any number of
 * events; owned by one thread.
 *
 * <p>Every member is always there, empty where there is nothing to say. Characters that a terminal might act on are
 * escaped, beyond what JSON asks for. The line is complete before the first byte of it is handed on.
 */
public final class EventJson {
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
        .characterEscapes(new TerminalEscapes())
        .rootValueSeparator("")
        .build();

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private final StringBuilder time = new StringBuilder(32);
    private final JsonGenerator json;

    /** Prepares a generator that all events share. */
    public EventJson() {
        try {
            json = FACTORY.createGenerator(line);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write JSON to memory", e);
        }
    }

    /**
     * Writes an event as destinations get it.
     *
     * @param event to write.
     * @param out   gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    public void write(final EventView event, final OutputStream out) throws IOException {
        begin(event);
        end(out);
    }

    /**
     * Writes an event of the dispatch log with {@code position}, {@code journal-time} and, where true,
     * {@code overfull}.
     *
     * @param event         to write.
     * @param batchPosition of its batch in the dispatch log.
     * @param out           gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    public void writeDispatched(final EventView event, final long batchPosition, final OutputStream out)
        throws IOException {
        begin(event);
        json.writeNumberField("position", batchPosition);
        writeTime("journal-time", event.journalTimeNs());
        if (event.overfull()) {
            json.writeBooleanField("overfull", true);
        }
        end(out);
    }

    /**
     * Writes an event of the journal with {@code position}, {@code recorder}, {@code sequence} and
     * {@code journal-time}.
     *
     * @param event to write.
     * @param out   gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    public void writeJournaled(final EventView event, final OutputStream out) throws IOException {
        begin(event);
        json.writeNumberField("position", event.position());
        json.writeStringField("recorder", event.recorderId().toString());
        json.writeNumberField("sequence", event.sequence());
        writeTime("journal-time", event.journalTimeNs());
        end(out);
    }

    /**
     * Writes an event as the events manager keeps it, with {@code received-time} and, where true,
     * {@code time-implausible}.
     *
     * @param event       to write.
     * @param receivedNs  when the manager got it, ns since the epoch.
     * @param implausible whether the recorder's clock can't have been right.
     * @param out         gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    public void writeStored(
        final EventView event, final long receivedNs, final boolean implausible, final OutputStream out)
        throws IOException {
        begin(event);
        writeTime("received-time", receivedNs);
        if (implausible) {
            json.writeBooleanField("time-implausible", true);
        }
        end(out);
    }

    private void begin(final EventView event) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", "Event");
        writeMeta(event);
        json.writeStringField("type", event.type());
        json.writeStringField("severity", event.severity().name());
        json.writeStringField("category", event.category());
        json.writeStringField("message", event.message());
        writeReference(event);
        writeSource(event);
        writeAttributes(event.attributes());
        json.writeNumberField("count", event.count());
        if (event.clockUnset()) {
            json.writeBooleanField("clock-unset", true);
        }
    }

    private void writeMeta(final EventView event) throws IOException {
        final String id = event.id().toString();
        json.writeObjectFieldStart("meta");
        json.writeStringField("name", id);
        json.writeStringField("uuid", id);
        json.writeStringField("tenant", event.tenant());
        json.writeStringField("namespace", event.namespace());
        writeTime("creation-time", event.creationTimeNs());
        writeTime("mod-time", event.modTimeNs());
        json.writeEndObject();
    }

    private void writeReference(final EventView event) throws IOException {
        json.writeObjectFieldStart("object-ref");
        json.writeStringField("tenant", event.refTenant());
        json.writeStringField("namespace", event.refNamespace());
        json.writeStringField("kind", event.refKind());
        json.writeStringField("name", event.refName());
        json.writeStringField("uri", event.refUri());
        json.writeEndObject();
    }

    private void writeSource(final EventView event) throws IOException {
        json.writeObjectFieldStart("source");
        json.writeStringField("node-name", event.node());
        json.writeStringField("component", event.component());
        json.writeEndObject();
    }

    private void writeAttributes(final Map<String, String> attributes) throws IOException {
        json.writeObjectFieldStart("attributes");
        for (final Map.Entry<String, String> attribute : attributes.entrySet()) {
            json.writeStringField(attribute.getKey(), attribute.getValue());
        }
        json.writeEndObject();
    }

    private void writeTime(final String field, final long epochNs) throws IOException {
        time.setLength(0);
        Rfc3339.append(epochNs, Rfc3339.NANOS, time);
        json.writeStringField(field, time.toString());
    }

    private void end(final OutputStream out) throws IOException {
        json.writeEndObject();
        json.flush();
        line.write('\n');
        try {
            line.writeTo(out);
        } finally {
            line.reset();
        }
    }

    /** JSON's own escapes and those that keep a terminal safe. */
    private static final class TerminalEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;
        private static final int DELETE = 0x7F;

        private final int[] ascii;

        private TerminalEscapes() {
            ascii = standardAsciiEscapesForJSON();
            ascii[DELETE] = ESCAPE_STANDARD;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii;
        }

        @Override
        public SerializableString getEscapeSequence(final int ch) {
            if (!Escape.isUnsafe(ch)) {
                return null;
            }
            final StringBuilder escape = new StringBuilder(6);
            Escape.appendUnicodeEscape((char)ch, escape);
            return new SerializedString(escape.toString());
        }
    }
}
