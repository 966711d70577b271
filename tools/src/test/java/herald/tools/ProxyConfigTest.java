package herald.tools;

import herald.engine.ContextValues;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.NetworkEvents;
import herald.events.Severity;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.tools.config.ConfigFile;
import herald.tools.config.ProxyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a configuration file and options make of a proxy's context.
 */
@Timeout(120)
class ProxyConfigTest {
    private static final String FULL = """
        node: from-file
        mode: standalone
        data-dir: /data
        aeron-dir: /aeron
        aeron:
          driver-timeout: 2s
          external: true
        durability: interval
        force-interval: 20ms
        profile: low-latency
        threading: dedicated
        dedup:
          interval: 30s
          keys: 5000
          ignore-attributes: [x-*, pid]
        batch:
          interval: 2s
          length: 512KiB
        event:
          max-length: 8KiB
        journal:
          segment: 64MiB
          retention: 2GiB
          age: 3d
        dispatch:
          segment: 8MiB
          retention: 512MiB
        spool:
          age: 90m
        writers:
          - spec: stdout
            options:
              format: json
          - spec: file:/var/log/herald/critical.ndjson
            name: critical
            start: oldest
            options:
              maxBytes: 1MiB
              keep: 3
              force: true
            filter:
              severity: CRITICAL
              type: cluster.*
              component: cmd*
              category: Cluster
              tenant: default
              namespace: default
              object-kind: Node
        """;

    @TempDir
    private Path dir;

    @Test
    void shouldBringEverySettingIntoContext() throws IOException {
        final Path key = Files.writeString(dir.resolve("key"), "0123456789abcdef\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        final String remote = "remote:\n  listen: '[fd00::1]:4810'\n  key-file: " + key + "\n";

        assertThat(ContextValues.of(context(remote + FULL))).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
            Map.entry("node", "from-file"),
            Map.entry("dataDir", "/data"),
            Map.entry("aeronDirectoryName", "/aeron"),
            Map.entry("remoteListener", "[fd00::1]:4810 with SharedKey of 16 bytes"),
            Map.entry("externalDriver", true),
            Map.entry("driverTimeoutMs", 2_000L),
            Map.entry("durability", "INTERVAL"),
            Map.entry("forceIntervalNs", 20_000_000L),
            Map.entry("profile", "LOW_LATENCY"),
            Map.entry("threadingMode", "DEDICATED"),
            Map.entry("dedupIntervalNs", 30_000_000_000L),
            Map.entry("dedupKeyLimit", 5_000L),
            Map.entry("dedupIgnoredAttributes", List.of("pid", "x-*")),
            Map.entry("batchIntervalNs", 2_000_000_000L),
            Map.entry("batchLengthLimit", 512 * 1024),
            Map.entry("maxEventLength", 8 * 1024),
            Map.entry("journalSegmentLength", 64 * 1024 * 1024),
            Map.entry("journalRetentionLength", 2L << 30),
            Map.entry("journalRetentionNs", Duration.ofDays(3).toNanos()),
            Map.entry("dispatchSegmentLength", 8 * 1024 * 1024),
            Map.entry("dispatchRetentionLength", 512L << 20),
            Map.entry("spoolAgeNs", Duration.ofMinutes(90).toNanos()),
            Map.entry("writers", List.of("stdout from end", "critical from oldest"))));
    }

    @Test
    void shouldTakeSectionsInWhichAllIsCommentedOut() throws IOException {
        final Path file = Files.writeString(dir.resolve("herald.yaml"), "dedup:\n  # keys: 1000\nwriters:\nadmin: ~\n");
        assertThat(ConfigFile.read(file)).isEqualTo(ConfigFile.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[pid, \"\"] | dedup.ignore-attributes[2] is empty: give it a value, or leave it out",
        "[pid, null] | dedup.ignore-attributes: [pid, null] has an empty pattern",
        "[\"a\\nb\"] | dedup.ignore-attributes: \"a?b\" has a control character"})
    void shouldNameWhatIsWrongWithIgnoredAttributes(final String patterns, final String reason) throws IOException {
        final Path file = Files.writeString(dir.resolve("herald.yaml"),
            "dedup:\n  ignore-attributes: " + patterns + "\n");

        final Cli proxy = Cli.run("proxy", "--config=" + file, "--data-dir=" + dir.resolve("data"));

        assertThat(proxy.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(proxy.err()).contains(reason);
    }

    @Test
    void shouldMakeAWriterOfEachTarget() throws IOException {
        final String text = """
            writers:
              - spec: syslog
                name: central
                targets: [udp://logs.example.com:514, tcp://10.0.0.1:601, "tls://[fd00::1]:6514", tcp://logs-1:601]
                options: {facility: local4}
            """;

        assertThat(ContextValues.of(context(text)).get("writers")).isEqualTo(List.of(
            "central--udp-logs-example-com-514 from end", "central--tcp-10-0-0-1-601 from end",
            "central--tls-fd00-1-6514-24f61ad6 from end", "central--tcp-logs-1-601-c789c529 from end"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{spec: syslog, name: c, targets: []} | targets of writer c has no target",
        "{spec: syslog, name: c, targets: [udp://h:1, udp://h:1]} | targets[2] of writer c is a duplicate",
        "{spec: 'syslog:udp://h:1', name: c, targets: [udp://h:1]} | writer c has a target in its spec",
        "{spec: syslog, name: c, targets: [h]} | target \"h\" is not udp://HOST:PORT",
        "{spec: stdout, filter: {not: {not: {type: x}}}} | \"not\" can't stand under \"not\"",
        "{spec: stdout, filter: 'type'} | \"type\" has no =VALUE behind it",
        "{spec: stdout, filter: {object: Link}} | filter of writer stdout: object reference \"Link\""})
    void shouldNameWhatIsWrongWithTargetsAndFilters(final String writer, final String reason) throws IOException {
        final Path file = Files.writeString(dir.resolve("herald.yaml"), "writers:\n  - " + writer + "\n");

        final Cli proxy = Cli.run("proxy", "--config=" + file, "--data-dir=" + dir.resolve("data"));

        assertThat(proxy.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(proxy.err()).contains(reason);
    }

    @Test
    void shouldPreferOptions() throws IOException {
        final Map<String, Object> values = ContextValues.of(context(FULL, "--node=from-option", "--data-dir=d",
            "--aeron-dir=a", "--dedup-interval=1m", "--batch-interval=3s", "--durability=disk", "--threading=shared",
            "--profile=throughput", "--writer=file:more.ndjson"));

        assertThat(values).containsAllEntriesOf(Map.of(
            "node", "from-option",
            "dataDir", "d",
            "aeronDirectoryName", "a",
            "dedupIntervalNs", Duration.ofMinutes(1).toNanos(),
            "batchIntervalNs", Duration.ofSeconds(3).toNanos(),
            "durability", "DISK",
            "profile", "THROUGHPUT",
            "threadingMode", "SHARED",
            "writers", List.of("stdout from end", "critical from oldest", "file-more-ndjson from end")));
        assertThat(ContextValues.of(context("mode: managed", "--mode=standalone"))).containsEntry("writers", List.of());
    }

    @Test
    void shouldDeliverToAManagerWhereItIsManaged() throws IOException {
        for (final String mode : List.of("managed", "Managed", "MANAGED")) {
            assertThat(ContextValues.of(context("mode: " + mode)))
                .containsEntry("writers", List.of("venice from oldest"));
        }
        assertThat(ContextValues.of(context("mode: managed\nwriters: [{spec: 'venice:udp://m:4820'}, {spec: stdout}]")))
            .containsEntry("writers", List.of("venice-udp-m-4820 from oldest", "stdout from end"));
        assertThat(ContextValues.of(context("", "--mode=managed", "--writer=venice:udp://m:4820")))
            .containsEntry("writers", List.of("venice-udp-m-4820 from oldest"));
    }

    /** Forms that would become their own names, or be passed over. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "node: &name a;data-dir: *name | :2: *name is an alias",
        "dedup: &d;  interval: 1m;batch:;  <<: *d | :4: << is a merge key",
        "node: a;writers:;  - &w {spec: stdout};  - *w | :4: *w is an alias",
        "node: a;remote:;  key-file: !env KEY | :3: !env is a tag",
        "dedup: !app {interval: 1m} | :1: !app is a tag",
        "mode: x;node: !!python/object:os.system x | :2: !!python/object:os.system is a tag that is not known here",
        "node: !!binary aGk= | :1: !!binary is a tag", "dedup: !!set {interval} | :1: !!set is a tag",
        "node: a;dedup:;  keys: !!int many | :3: !!int is a tag", "writers: !!map [] | :1: !!map is a tag",
        "%TAG !e! tag:yaml.org,2002:;---;node: !e!python/name:x y | :3: !!python/name:x is a tag",
        "mode: x;node: {{ name }} | :2: here is a list or a section where a name must be: write NAME: VALUE, in quotes",
        "mode: x;? [a];: b | :2: here is a list or a section where a name must be",
        "mode: x;node: ^\\ud800^ | :2: \\uD800 is half a surrogate pair", "{^a\\uDC00b^: x} | :1: \\uDC00 is half a"})
    void shouldRefuseYamlWhoseMeaningWouldBeLost(final String lines, final String message) {
        assertThatThrownBy(() -> context(lines.replace(';', '\n').replace('^', '"')))
            .hasMessageContaining("herald.yaml" + message);
    }

    /** A parser that gets it whole takes many seconds for each. */
    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "[{", "[\n", "- ", "? ", "[[],", "{[a]: ", "{? ["})
    void shouldRefuseWhatIsNestedTooDeep(final String open) {
        assertThatThrownBy(() -> context("mode: x\nnode:\n  " + open.repeat(100_000)))
            .hasMessageMatching("(?s).*herald.yaml:\\d+: (lists and sections are nested deeper than 100 levels: " +
                "leave some out|here is a list or a section where a name must be.*|not readable as YAML.*)");
    }

    @Test
    void shouldNameTheLineOfWhatIsNestedTooDeep() {
        assertThatThrownBy(() -> context("mode: x\nnode: " + "[".repeat(100)))
            .hasMessageContaining("herald.yaml:2: lists and sections are nested deeper than 100 levels");
        assertThatThrownBy(() -> context("mode: x\nnode: " + "[".repeat(99) + "]".repeat(99)))
            .hasMessageContaining("herald.yaml:2: \"node\" must be a text");
    }

    @Test
    void shouldTakeTagsThatChangeNothing() throws IOException {
        assertThat(ContextValues.of(context("node: !!str 17\ndedup: !!map\n  keys: !!int 5000\nwriters: !!seq []\n" +
            "aeron: {external: !!bool true}"))).containsEntry("node", "17").containsEntry("dedupKeyLimit", 5_000L)
            .containsEntry("externalDriver", true);
    }

    @Test
    void shouldTakeYamlThatSaysNothingElse() throws IOException {
        assertThat(ContextValues.of(context("node: &unused !!str a\naeron-dir: \"<<\"\ndata-dir: '*d'")))
            .containsEntry("node", "a").containsEntry("aeronDirectoryName", "<<").containsEntry("dataDir", "*d");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "node: a;dedup:;  interval: 1m;  keyz: 3 | :4: \"dedup.keyz\" is no setting",
        "node: a;dedup: 1;batch:;  interval: 1s | :2: \"dedup\" must be settings of its own",
        "node: a;writers:;  - spec: stdout;  - spec: stdout;    targets: 1 | :5: \"writers[2].targets\" must be a list",
        "node: a;;# a comment;dedup:;;  interval:;    - 1m;batch:;  interval: 1s | :7: \"dedup.interval\" must be",
        "node:;  a: b;;data-dir: d | :2: \"node\" must be"})
    void shouldNameTheLine(final String lines, final String message) {
        assertThatThrownBy(() -> context(lines.replace(';', '\n'))).hasMessageContaining("herald.yaml" + message);
    }

    @Test
    void shouldLeaveDefaultsWhereNothingIsSaid() throws IOException {
        assertThat(ContextValues.of(context(""))).isEqualTo(ContextValues.of(new EventProxy.Context()));
        assertThat(ContextValues.of(context("dedup:\nbatch:\nevent:\njournal:\ndispatch:\nspool:\nwriters:\n")))
            .isEqualTo(ContextValues.of(new EventProxy.Context()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dedup:;  interval: 10 | dedup.interval: \"10\" is no duration: write a number and a unit",
        "batch:;  interval: soon | batch.interval: \"soon\" is no duration",
        "batch:;  length: 1 | batch.length: \"1\" is no size: write a number and a unit",
        "batch:;  length: 4GiB | batch.length is \"4GiB\": it must be below 2 GiB",
        "journal:;  age: -1d | journal.age: \"-1d\" is no duration",
        "dispatch:;  age: 1d | dispatch.age is no setting",
        "durability: maybe | durability is \"maybe\": it must be one of [process, disk, interval]",
        "profile: fast | profile is \"fast\": it must be one of [default, low-latency, throughput]",
        "threading: many | threading is \"many\": it must be one of [shared, dedicated]",
        "mode: both | mode is \"both\": it must be standalone or managed",
        "writers:;  - | a writer has no spec",
        "writers:;  - name: x | a writer has no spec",
        "writers:;  - spec: kafka:x | there is no writer \"kafka\"",
        "writers:;  - spec: stdout;    name: A/b | writer name \"A/b\" must be 1 to 100 lower-case letters",
        "writers:;  - spec: stdout;    start: begin | start of writer stdout is \"begin\": it must be oldest or end",
        "writers:;  - spec: stdout;    options: {colour: red} | has no option colour; its options are format",
        "writers:;  - spec: file:x;    options: {maxBytes: } | option maxBytes of writer file-x has no value",
        "writers:;  - spec: stdout;    filter: {severity: bad} | filter of writer stdout: severity \"bad\" is none of",
        "writers:;  - spec: stdout;    filter: {type: ''} | filter of writer stdout: type glob \"\" matches no event",
        "batch:;  length: 1KiB | batch.length is 1KiB: it must be from four times event.max-length to a quarter of " +
            "dispatch.segment, 4MiB",
        "data-dir: | data-dir is empty: give it a value, or leave it out",
        "admin:;  listen: ~ | admin.listen is empty: give it a value, or leave it out",
        "writers:;  - spec: stdout;    name: null | writers[1].name is empty: give it a value, or leave it out",
        "group: -1 | group is \"-1\", which this host does not know",
        "group: nosuch | group is \"nosuch\", which this host does not know",
        "dedup:;  keys: 0 | dedup.keys is 0: it must be from 1 to ",
        "dedup:;  index-keys: 0 | dedup.index-keys is 0: it must be from 1 to ",
        "event:;  max-length: 1MiB | event.max-length is 1MiB: it must be from 256 bytes to 64 KiB",
        "remote:;  listen: 10.0.0.1:4810 | remote.key-file is missing",
        "remote:;  key-file: k | remote.listen is missing",
        "remote:;  listen: nowhere;  key-file: k | remote.listen is \"nowhere\": it must be HOST:PORT",
        "remote:;  listen: 10.0.0.1:0;  key-file: k | it must have a port that recorders can know",
        "remote:;  listen: 10.0.0.1:4810;  key-file: /no/key | remote.key-file: there is no key file /no/key",
        "journal:;  segment: 5000B | journal.segment is 5000B: it must be a multiple of 4,096 from 64KiB to 1GiB",
        "journal:;  retention: 1MiB | journal.retention is 1MiB: it must be a journal segment's 32MiB or more",
        "dispatch:;  retention: 1MiB | dispatch.retention is 1MiB: it must be a dispatch segment's 16MiB or more",
        "journal:;  age: 0s | journal.age is 0s: it must be above 0",
        "spool:;  age: 0s | spool.age is 0s: it must be above 0",
        "spool:;  age: never | spool.age: \"never\" is no duration",
        "force-interval: 0s | force-interval is 0s: it must be above 0",
        "batch:;  interval: 0s | batch.interval is 0s: it must be above 0",
        "aeron:;  driver-timeout: 10ms | aeron.driver-timeout is 10ms: it must be "})
    void shouldNameSettingValueAndWhatWouldBeRight(final String text, final String reason) throws IOException {
        final Path file = Files.writeString(dir.resolve("herald.yaml"), text.replace(';', '\n'));

        final Cli call = Cli.run("proxy", "--config=" + file, "--data-dir=" + dir.resolve("data"));

        assertThat(call.err()).contains(reason, "Try 'herald proxy --help'").doesNotContain("\tat ");
        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void shouldNameWriterAfterItsWholeSpecificationHoweverLong() throws IOException {
        final String path = "file:/" + "a".repeat(120);

        final List<String> names = ContextValues.writers(context("", "--writer=" + path + "/x", "--writer=" + path));

        assertThat(names).doesNotHaveDuplicates().allSatisfy(
            name -> assertThat(name).matches("file-a{86}-[0-9a-f]{8} from end"));
    }

    @Test
    void shouldGiveWriterWhatItsFilterLetsThrough() throws IOException {
        final Path severe = dir.resolve("severe.ndjson");
        final Path links = dir.resolve("links.ndjson");
        final Path all = dir.resolve("all.ndjson");
        final String text = """
            writers:
              - spec: file:%s
                filter:
                  severity: WARN
                  component: c?d
              - spec: file:%s
                filter:
                  category: Network
                  type: '*.Link*'
                  object-kind: Link
                  tenant: default
                  namespace: default
              - spec: file:%s
            """.formatted(severe, links, all);
        final EventProxy.Context context = Recorded.proxyContext(dir.resolve("data"));
        final ConfigFile file = ConfigFile.read(Files.writeString(dir.resolve("herald.yaml"), text));
        final ProxyConfig config = new ProxyConfig(new DurationConverter(), new SizeConverter());
        config.apply(file, context);
        file.writers().forEach(writer -> config.addWriter(writer, context));

        try (EventProxy proxy = EventProxy.launch(context); EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            recorder.record(ClusterEvents.LEADER_LOST, Severity.CRITICAL, "m1", null);
            recorder.record(ClusterEvents.LEADER_ELECTED, Severity.INFO, "m2", null);
            recorder.record(NetworkEvents.LINK_DOWN, Severity.INFO, "m3", ObjectReference.of("Link", "eth0"));
            recorder.record(NetworkEvents.LINK_DOWN, Severity.INFO, "m4", ObjectReference.of("Port", "eth0"));
            Recorded.awaitJournaled(recorder);
        }

        assertThat(Files.readAllLines(severe)).singleElement().asString().contains("\"m1\"");
        assertThat(Files.readAllLines(links)).singleElement().asString().contains("\"m3\"");
        assertThat(Files.readAllLines(all)).hasSize(4);
    }

    private EventProxy.Context context(final String yaml, final String... options) throws IOException {
        final Path file = Files.writeString(dir.resolve("herald.yaml"), yaml);
        final CommandLine herald = HeraldCommand.commandLine();
        herald.parseArgs(Stream.concat(Stream.of("proxy", "--config=" + file), Arrays.stream(options))
            .toArray(String[]::new));
        final ProxyCommand proxy = herald.getSubcommands().get("proxy").getCommand();
        return proxy.context();
    }
}
