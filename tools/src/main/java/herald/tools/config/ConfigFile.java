package herald.tools.config;

import com.fasterxml.jackson.annotation.JsonProperty;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code herald.yaml} as it is written: every member may be missing. {@link ProxyConfig} gives them their meaning.
 *
 * @param node       name of the node.
 * @param mode       {@code standalone} or {@code managed}.
 * @param dataDir    data directory.
 * @param aeronDir   directory of the media driver.
 * @param group      whose members may record here.
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
 * @param spool      how long what is drained is kept.
 * @param remote     recorders on other hosts.
 * @param admin      the admin endpoint.
 * @param writers    destinations.
 */
public record ConfigFile(
    String node,
    String mode,
    @JsonProperty("data-dir") String dataDir,
    @JsonProperty("aeron-dir") String aeronDir,
    String group,
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
    Spool spool,
    Remote remote,
    Admin admin,
    List<Writer> writers) {

    /** What holds where there is no file. */
    public static final ConfigFile EMPTY = new ConfigFile(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null);

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
     * @param ignoreAttributes names and globs of those that are left out of what makes two events the same.
     */
    public record Dedup(
        String interval,
        Long keys,
        @JsonProperty("index-keys") Integer indexKeys,
        @JsonProperty("ignore-attributes") List<String> ignoreAttributes) {
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
     * Spools of recorders on this host.
     *
     * @param age for which one without an owner is kept in which nothing waits.
     */
    public record Spool(String age) {
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
     * The admin endpoint.
     *
     * @param listen where, as HOST:PORT on loopback.
     */
    public record Admin(String listen) {
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
            final String text = Utf8Text.read(file);
            final ConfigFile settings = SettingsText.read(text, file.toString(), ConfigFile.class, EMPTY);
            SettingsText.refuseEmpty(text, file.toString());
            return settings;
        } catch (final NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (final IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
        }
    }
}
