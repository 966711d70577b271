package herald.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.events.Catalogs;
import herald.events.EventType;
import herald.events.Severity;
import herald.recorder.ObjectReference;
import herald.tools.config.ParserMessages;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads events from lines of NDJSON. Anything that is not exactly an event is refused with a reason: a field that
 * nobody reads would be lost unseen.
 */
final class EventLineParser {
    private static final Set<String> EVENT_FIELDS = Set.of("type", "severity", "message", "ref", "attributes");
    private static final Set<String> REF_FIELDS = Set.of("tenant", "namespace", "kind", "name", "uri");
    private static final String REF = "ref.";
    private static final ObjectReader READER = JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build()
        .readerFor(JsonNode.class);

    private final String tenant;
    private final String namespace;

    /**
     * Constructs it.
     *
     * @param tenant    of references that name none.
     * @param namespace of references that name none.
     */
    EventLineParser(final String tenant, final String namespace) {
        this.tenant = tenant;
        this.namespace = namespace;
    }

    /**
     * Reads a line.
     *
     * @param line encoded in UTF-8.
     * @return the event.
     * @throws BadLineException where it is none.
     */
    EventLine parse(final ByteBuffer line) throws BadLineException {
        final JsonNode event = parseJson(decode(line));
        if (!event.isObject()) {
            throw new BadLineException("not a JSON object");
        }
        requireFields(event, EVENT_FIELDS, "field");
        return new EventLine(
            type(event),
            severity(event),
            requireText(event, "", "message"),
            reference(event.get("ref")),
            attributes(event.get("attributes")));
    }

    private static String decode(final ByteBuffer line) throws BadLineException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(line).toString();
        } catch (final CharacterCodingException e) {
            throw new BadLineException("invalid UTF-8: " + e.getMessage());
        }
    }

    private static JsonNode parseJson(final String text) throws BadLineException {
        try {
            return READER.readValue(text);
        } catch (final MismatchedInputException e) {
            throw new BadLineException("something follows the JSON object");
        } catch (final JsonProcessingException e) {
            final int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            final String reason = ParserMessages.plain(e.getOriginalMessage());
            throw new BadLineException("invalid JSON at column " + column + ": " + reason);
        }
    }

    private static void requireFields(final JsonNode object, final Set<String> known, final String what)
        throws BadLineException {
        final Iterator<String> names = object.fieldNames();
        while (names.hasNext()) {
            final String name = names.next();
            if (!known.contains(name)) {
                throw new BadLineException("unknown " + what + " \"" + name + "\"; known are " +
                    String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static EventType type(final JsonNode event) throws BadLineException {
        final String name = requireText(event, "", "type");
        final EventType type = Catalogs.find(name);
        if (type == null) {
            throw new BadLineException(EventTypeConverter.unknown(name));
        }
        return type;
    }

    private static Severity severity(final JsonNode event) throws BadLineException {
        final String text = text(event, "", "severity", null);
        try {
            return text == null ? null : Severity.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new BadLineException(e.getMessage());
        }
    }

    private ObjectReference reference(final JsonNode node) throws BadLineException {
        if (node == null || node.isNull()) {
            return null;
        }
        try {
            if (node.isTextual()) {
                final ObjectReference parsed = ObjectReference.parse(node.textValue());
                return ObjectReference.of(tenant, namespace, parsed.kind(), parsed.name(), "");
            }
            if (!node.isObject()) {
                throw new BadLineException("ref is neither \"KIND/NAME\" nor an object");
            }
            requireFields(node, REF_FIELDS, "field of ref");
            return ObjectReference.of(
                text(node, REF, "tenant", tenant),
                text(node, REF, "namespace", namespace),
                requireText(node, REF, "kind"),
                requireText(node, REF, "name"),
                text(node, REF, "uri", ""));
        } catch (final IllegalArgumentException e) {
            throw new BadLineException(e.getMessage());
        }
    }

    private static Map<String, String> attributes(final JsonNode node) throws BadLineException {
        if (node == null || node.isNull()) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw new BadLineException("attributes is no object of strings");
        }
        final Map<String, String> attributes = new LinkedHashMap<>();
        for (final Map.Entry<String, JsonNode> field : node.properties()) {
            if (field.getKey().isBlank()) {
                throw new BadLineException("an attribute has no name");
            }
            if (!isUnicode(field.getKey())) {
                throw new BadLineException("the name of an attribute has half a surrogate pair");
            }
            if (field.getValue().isNull()) {
                throw new BadLineException("attributes." + field.getKey() +
                    " is null: give it a text, or leave it out");
            }
            attributes.put(field.getKey(), requireText(node, "attributes.", field.getKey()));
        }
        return attributes;
    }

    private static String requireText(final JsonNode object, final String path, final String field)
        throws BadLineException {
        final String text = text(object, path, field, null);
        if (text == null) {
            throw new BadLineException(path + field +
                (object.has(field) ? " is null: give it a text" : " is missing"));
        }
        return text;
    }

    private static String text(
        final JsonNode object, final String path, final String field, final String otherwise)
        throws BadLineException {
        final JsonNode node = object.get(field);
        if (node == null || node.isNull()) {
            return otherwise;
        }
        if (!node.isTextual()) {
            throw new BadLineException(path + field + " is no string");
        }
        if (!isUnicode(node.textValue())) {
            throw new BadLineException(path + field + " has half a surrogate pair");
        }
        return node.textValue();
    }

    private static boolean isUnicode(final String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
