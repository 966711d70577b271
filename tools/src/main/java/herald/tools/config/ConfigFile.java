package herald.tools.config;

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
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.yaml.snakeyaml.error.MarkedYAMLException;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code herald.yaml} as it is written: every member may be missing. {@link ProxyConfig} gives them their meaning.
 *
 * @param node       name of the node.
 * @param mode       {@code standalone} or {@code managed}.
 * @param dataDir    data directory.
 * @param aeronDir   directory of the media driver.
 * @param aeron      whose media driver it is, and its timeout.
 * @param durability {@code process}, {@code disk} or {@code interval}.
 * @param forceInterval of {@code interval}.
 * @param profile    {@code default}, {@code low-latency} or {@code throughput}.
 * @param threading  {@code shared} or {@code dedicated}.
 * @param dedup      of repeats.
 * @param batch      of what writers read.
 * @param event      limits of one.
 * @param journal    its segments and retention.
 * @param dispatch   its segments and retention.
 * @param remote     recorders on other hosts.
 * @param writers    destinations.
 */
public record ConfigFile(
    String node,
    String mode,
    @JsonProperty("data-dir") String dataDir,
    @JsonProperty("aeron-dir") String aeronDir,
    MediaDriver aeron,
    String durability,
    @JsonProperty("force-interval") String forceInterval,
    String profile,
    String threading,
    Dedup dedup,
    Batch batch,
    Event event,
    Log journal,
    Log dispatch,
    Remote remote,
    List<Writer> writers) {

    /** What holds where there is no file. */
    public static final ConfigFile EMPTY =
        new ConfigFile(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    private static final String NO_YAML = "not readable as YAML: ";
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();

    /**
     * The media driver.
     *
     * @param driverTimeout without a sign of life after which it, or a client of it, is dead.
     * @param external      whether it is another process's alone.
     */
    public record MediaDriver(@JsonProperty("driver-timeout") String driverTimeout, Boolean external) {
    }

    /**
     * Folding of repeats.
     *
     * @param interval  from the first occurrence on.
     * @param keys      held for each generation.
     * @param indexKeys held where a look costs least.
     */
    public record Dedup(String interval, Long keys, @JsonProperty("index-keys") Integer indexKeys) {
    }

    /**
     * Batches.
     *
     * @param interval that one collects.
     * @param length   of one at most.
     */
    public record Batch(String interval, String length) {
    }

    /**
     * Limits of an event.
     *
     * @param maxLength encoded.
     */
    public record Event(@JsonProperty("max-length") String maxLength) {
    }

    /**
     * A log.
     *
     * @param segment   length of one.
     * @param retention how long the log may grow.
     * @param age       how old a segment may grow; of the journal only.
     */
    public record Log(String segment, String retention, String age) {
    }

    /**
     * Recorders on other hosts.
     *
     * @param listen  where, as HOST:PORT.
     * @param keyFile with the key that they have too.
     */
    public record Remote(String listen, @JsonProperty("key-file") String keyFile) {
    }

    /**
     * A destination.
     *
     * @param spec    as on the command line.
     * @param name    of its bookmark; by default made from the specification.
     * @param start   {@code end} or {@code oldest}: where it begins when it is new.
     * @param options of its kind.
     * @param filter  what it gets.
     * @param targets where there are several: each as it would stand behind the scheme of the specification.
     */
    public record Writer(
        String spec,
        String name,
        String start,
        Map<String, String> options,
        FilterSettings filter,
        List<String> targets) {

        /**
         * A destination as the command line says it.
         *
         * @param spec its specification.
         * @return with nothing else said.
         */
        public static Writer of(final String spec) {
            return new Writer(spec, null, null, null, null, null);
        }
    }

    /**
     * Reads a file.
     *
     * @param file in YAML.
     * @return what it says.
     * @throws IllegalArgumentException naming file, line and what is wrong.
     */
    public static ConfigFile read(final Path file) {
        try {
            final String text = Files.readString(file);
            final JsonNode tree = MAPPER.readTree(text);
            return tree == null || tree.isMissingNode() || tree.isNull() ?
                EMPTY : MAPPER.readValue(text, ConfigFile.class);
        } catch (final UnrecognizedPropertyException e) {
            throw mistake(file, e, "\"" + path(e) + "\" is no setting; there are " +
                e.getKnownPropertyIds().stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")));
        } catch (final JsonMappingException e) {
            final String setting = path(e);
            throw mistake(file, e, (setting.isEmpty() ? "this" : "\"" + setting + "\"") + " must be " + wanted(e));
        } catch (final JsonProcessingException e) {
            if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
                throw mistake(file, yaml.getProblemMark().getLine() + 1, NO_YAML + yaml.getProblem(), e);
            }
            throw mistake(file, e, NO_YAML + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (final NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (final IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
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
                .map(ConfigFile::settingName).collect(Collectors.joining(", "));
        }
        return "settings, each a NAME: VALUE on a line of its own, in one document";
    }

    private static String settingName(final RecordComponent component) {
        final JsonProperty written = component.getAccessor().getAnnotation(JsonProperty.class);
        return written == null ? component.getName() : written.value();
    }

    private static IllegalArgumentException mistake(
        final Path file, final JsonProcessingException e, final String text) {
        final JsonLocation location = e.getProcessor() instanceof JsonParser parser ?
            parser.currentTokenLocation() : e.getLocation();
        return mistake(file, location == null ? 1 : location.getLineNr(), text, e);
    }

    private static IllegalArgumentException mistake(
        final Path file, final int line, final String text, final Exception cause) {
        return new IllegalArgumentException(file + ":" + line + ": " + text, cause);
    }
}
