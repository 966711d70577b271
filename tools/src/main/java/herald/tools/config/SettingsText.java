package herald.tools.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.yaml.snakeyaml.error.MarkedYAMLException;

import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads and writes records as YAML, of which JSON is a part. Strict: what no record knows is a mistake.
 */
public final class SettingsText {
    private static final String NO_YAML = "not readable as YAML: ";
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
        .defaultPropertyInclusion(JsonInclude.Value.construct(
            JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
        .build();

    private static final String OPTIONS = "options";
    /** In which nothing may stand, since all of it is commented out. */
    private static final Set<String> SECTIONS = Set.of("aeron", "dedup", "batch", "event", "journal", "dispatch",
        "spool", "remote", "admin", "writers", OPTIONS, "targets", "ignore-attributes");

    private SettingsText() {
    }

    /**
     * Reads a record.
     *
     * @param text   one document.
     * @param source where it is from, for messages.
     * @param type   of the record.
     * @param empty  where the text says nothing.
     * @param <T>    of the record.
     * @return what it says.
     * @throws IllegalArgumentException naming source, line and what is wrong.
     */
    public static <T> T read(final String text, final String source, final Class<T> type, final T empty) {
        YamlForms.requireKnown(text, source);
        try {
            final JsonNode tree = MAPPER.readTree(text);
            return tree == null || tree.isMissingNode() || tree.isNull() ? empty : MAPPER.readValue(text, type);
        } catch (final UnrecognizedPropertyException e) {
            throw mistake(source, lineOf(text, e, true), "\"" + path(e) + "\" is no setting; there are " +
                e.getKnownPropertyIds().stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")), e);
        } catch (final JsonMappingException e) {
            final String setting = path(e);
            throw mistake(source, lineOf(text, e, false),
                (setting.isEmpty() ? "this" : "\"" + setting + "\"") + " must be " + wanted(e), e);
        } catch (final JsonProcessingException e) {
            if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
                throw mistake(source, yaml.getProblemMark().getLine() + 1, NO_YAML + yaml.getProblem(), e);
            }
            throw mistake(source, e, NO_YAML + ParserMessages.plain(e.getOriginalMessage()));
        }
    }

    /**
     * Refuses settings whose value is empty, as a template makes them of a variable that is not set: an empty path
     * would be the current directory, an empty key none, and with nothing at all behind a key its default would hold.
     * What a filter says, and a writer's options, is checked where it is understood.
     *
     * @param text   one document that {@link #read} took.
     * @param source where it is from, for messages.
     * @throws IllegalArgumentException naming source and setting.
     */
    static void refuseEmpty(final String text, final String source) {
        try {
            refuseEmpty(MAPPER.readTree(text), source, "");
        } catch (final JsonProcessingException e) {
            throw mistake(source, e, NO_YAML + ParserMessages.plain(e.getOriginalMessage()));
        }
    }

    private static void refuseEmpty(final JsonNode node, final String source, final String name) {
        if (node.isTextual() && node.textValue().isBlank()) {
            throw empty(source, name);
        }
        int index = 0;
        for (final JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            refuseEmpty(element, source, name + '[' + ++index + ']');
        }
        node.properties().stream().filter(member -> !"filter".equals(member.getKey())).forEach(member -> {
            final String path = (name.isEmpty() ? "" : name + '.') + member.getKey();
            if (member.getValue().isNull() && !SECTIONS.contains(member.getKey()) && !name.endsWith(OPTIONS)) {
                throw empty(source, path);
            }
            refuseEmpty(member.getValue(), source, path);
        });
    }

    private static IllegalArgumentException empty(final String source, final String name) {
        return new IllegalArgumentException(source + ": " + name + " is empty: give it a value, or leave it out");
    }

    /**
     * Writes a record.
     *
     * @param settings the record; what is null in it is left out.
     * @return YAML that {@link #read} takes.
     */
    public static String write(final Object settings) {
        try {
            return MAPPER.writeValueAsString(settings);
        } catch (final JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the members on the way to what is wrong, elements of lists counted from 1. */
    private static String path(final JsonMappingException e) {
        final StringBuilder path = new StringBuilder();
        for (final JsonMappingException.Reference part : e.getPath()) {
            if (part.getFieldName() == null) {
                path.append('[').append(part.getIndex() + 1).append(']');
            } else {
                path.append(path.length() == 0 ? "" : ".").append(part.getFieldName());
            }
        }
        return path.toString();
    }

    private static String wanted(final JsonMappingException e) {
        final Class<?> type = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        if (type == String.class) {
            return "a text, a number or a word";
        } else if (type == Boolean.class) {
            return "true or false";
        } else if (type == Long.class) {
            return "a whole number";
        } else if (type != null && List.class.isAssignableFrom(type)) {
            return "a list, each element after a \"- \"";
        } else if (type != null && type.isRecord()) {
            return "settings of its own: " + Arrays.stream(type.getRecordComponents())
                .map(SettingsText::settingName).collect(Collectors.joining(", "));
        }
        return "settings, each a NAME: VALUE on a line of its own, in one document";
    }

    private static String settingName(final RecordComponent component) {
        final JsonProperty written = component.getAccessor().getAnnotation(JsonProperty.class);
        return written == null ? component.getName() : written.value();
    }

    private static int lineOf(final String text, final JsonMappingException e, final boolean name) {
        return Math.max(1, YamlForms.lineOf(text, e.getPath(), name));
    }

    private static IllegalArgumentException mistake(
        final String source, final JsonProcessingException e, final String text) {
        final JsonLocation location = e.getProcessor() instanceof JsonParser parser ?
            parser.currentTokenLocation() : e.getLocation();
        return mistake(source, location == null ? 1 : location.getLineNr(), text, e);
    }

    private static IllegalArgumentException mistake(
        final String source, final int line, final String text, final Exception cause) {
        return new IllegalArgumentException(source + ":" + line + ": " + text, cause);
    }
}
