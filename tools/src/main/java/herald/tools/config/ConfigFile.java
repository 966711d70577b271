package herald.tools.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * @param durability {@code process}, {@code disk} or {@code interval}.
 * @param forceInterval of {@code interval}.
 * @param threading  {@code shared} or {@code dedicated}.
 * @param dedup      of repeats.
 * @param batch      of what writers read.
 * @param event      limits of one.
 * @param journal    its segments and retention.
 * @param dispatch   its segments and retention.
 * @param writers    destinations.
 */
public record ConfigFile(
    String node,
    String mode,
    @JsonProperty("data-dir") String dataDir,
    @JsonProperty("aeron-dir") String aeronDir,
    String durability,
    @JsonProperty("force-interval") String forceInterval,
    String threading,
    Dedup dedup,
    Batch batch,
    Event event,
    Log journal,
    Log dispatch,
    List<Writer> writers) {

    /** What holds where there is no file. */
    public static final ConfigFile EMPTY =
        new ConfigFile(null, null, null, null, null, null, null, null, null, null, null, null, null);

    /**
     * Folding of repeats.
     *
     * @param interval from the first occurrence on.
     * @param keys     held for each generation.
     */
    public record Dedup(String interval, Long keys) {
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
     * A destination.
     *
     * @param spec    as on the command line.
     * @param name    of its bookmark; by default made from the specification.
     * @param start   {@code end} or {@code oldest}: where it begins when it is new.
     * @param options of its kind.
     * @param filter  what it gets.
     */
    public record Writer(String spec, String name, String start, Map<String, String> options, Filter filter) {
    }

    /**
     * What a writer gets: all that is said must hold.
     *
     * @param severity   at least.
     * @param type       with {@code *} and {@code ?}.
     * @param component  with {@code *} and {@code ?}.
     * @param category   exactly.
     * @param tenant     exactly.
     * @param namespace  exactly.
     * @param objectKind exactly.
     */
    public record Filter(
        String severity,
        String type,
        String component,
        String category,
        String tenant,
        String namespace,
        @JsonProperty("object-kind") String objectKind) {
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
            final YAMLMapper mapper = YAMLMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
            final ConfigFile read = mapper.readValue(Files.readString(file), ConfigFile.class);
            return read == null ? EMPTY : read;
        } catch (final UnrecognizedPropertyException e) {
            throw mistake(file, e, "\"" + e.getPropertyName() + "\" is no setting here; there are " +
                e.getKnownPropertyIds().stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")));
        } catch (final JsonMappingException e) {
            throw mistake(file, e, "the value of \"" + path(e) + "\" is not of the form that it needs");
        } catch (final JsonProcessingException e) {
            throw mistake(file, e, "this is no YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (final IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
        }
    }

    private static String path(final JsonMappingException e) {
        return e.getPath().stream()
            .map(part -> part.getFieldName() == null ? Integer.toString(part.getIndex()) : part.getFieldName())
            .collect(Collectors.joining("."));
    }

    private static IllegalArgumentException mistake(
        final Path file, final JsonProcessingException e, final String text) {
        final JsonLocation location = e.getLocation();
        final String line = location == null ? "" : ":" + location.getLineNr();
        return new IllegalArgumentException(file + line + ": " + text, e);
    }
}
