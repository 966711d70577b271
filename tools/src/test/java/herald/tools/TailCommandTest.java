package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.events.NetworkEvents;
import herald.events.Severity;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code herald tail} shows of a data directory.
 */
@Timeout(120)
class TailCommandTest {
    private static final String HOSTILE = "eth0 \u001b[31mred\u001b[0m\nsecond\u0007line \u202egnp.exe";

    @TempDir
    private static Path dataDir;

    private final ObjectMapper mapper = new ObjectMapper();

    @BeforeAll
    static void record() {
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir));
            EventRecorder cmd = Recorded.recorder(proxy, "cmd");
            EventRecorder net = Recorded.recorder(proxy, "net")) {
            record(cmd, ClusterEvents.ELECTION_STARTED, Severity.INFO, "m1 started", "Node/n1");
            record(net, NetworkEvents.LINK_DOWN, Severity.WARN, "m2 " + HOSTILE, "Link/eth0");
            record(net, NetworkEvents.LINK_DOWN, Severity.WARN, "m2 " + HOSTILE, "Link/eth0");
            record(net, NetworkEvents.LINK_UP, Severity.DEBUG, "m3 up", "Link/eth1");
            record(cmd, ClusterEvents.LEADER_LOST, Severity.CRITICAL, "m4 lost", "Node/n1");
        }
    }

    private static void record(
        final EventRecorder recorder, final EventType type, final Severity severity, final String message,
        final String reference) {
        assertThat(recorder.record(type, severity, message, ObjectReference.parse(reference))).isPositive();
        Recorded.awaitJournaled(recorder);
    }

    /** Java's expressions would try for longer than anybody lives, or use up the stack. */
    @Test
    void shouldSayThatAnExpressionTakesTooLong(@TempDir final Path other) {
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(other));
            EventRecorder cmd = Recorded.recorder(proxy, "cmd")) {
            record(cmd, ClusterEvents.LEADER_LOST, null, "a".repeat(40) + "!", "Node/n1");
        }
        final String nested = "(".repeat(20_000) + ")".repeat(20_000);
        for (final String regex : List.of("^(.*a){20}b$", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)b", nested)) {
            final Cli call = Cli.run("tail", "--data-dir=" + other, "--stream=journal", "--grep=" + regex);

            assertThat(call.exitCode()).as(regex).isEqualTo(ExitCode.USAGE);
            assertThat(call.err()).contains("message pattern \"" + regex.substring(0, 10), regex.equals(nested) ?
                "is no regular expression (Stack overflow" : "inside each other").doesNotContain("\tat ");
        }
        assertThat(Cli.run("tail", "--data-dir=" + other, "--stream=journal", "--grep=^a+!$").out()).contains("aaa!");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--stream=journal | m1,m2,m2,m3,m4",
        "--from=start --stream=JOURNAL | m1,m2,m2,m3,m4",
        "--from=end | ''",
        "--from=10m --stream=journal | m1,m2,m2,m3,m4",
        "--from=1ns | ''",
        "--from=2020-01-01T00:00:00+02:00 --stream=journal | m1,m2,m2,m3,m4",
        "--from=2200-01-01T00:00:00Z | ''",
        "--stream=journal --limit=2 | m1,m2",
        "--stream=journal -n 3 | m1,m2,m2",
        "--stream=journal --severity=warn | m2,m2,m4",
        "--stream=journal --severity=CRITICAL | m4",
        "--stream=journal --type=cluster.* | m1,m4",
        "--stream=journal --type=*.Link?? | m3",
        "--stream=journal --component=n* | m2,m2,m3",
        "--stream=journal --ref=Link/eth0 | m2,m2",
        "--stream=journal --grep=st(arted)?$ | m1,m4",
        "--stream=journal --filter=type=cluster.* | m1,m4",
        "--stream=journal --filter=not --filter=type=cluster.* | m2,m2,m3",
        "--stream=journal --filter=object-kind=Link --filter=severity=WARN --limit=1 | m2",
        "--stream=journal --component=net --severity=INFO --limit=1 | m2"})
    void shouldShowWhatIsAskedFor(final String args, final String messages) throws IOException {
        assertThat(messages(tailJson(args.split(" ")))).isEqualTo(messages);
    }

    @Test
    void shouldShowRepeatsFoldedInDispatchLog() throws IOException {
        final List<JsonNode> events = tailJson();

        assertThat(events).extracting(event -> event.get("meta").get("uuid").asText()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(events.stream().filter(event -> event.get("message").asText().startsWith("m2"))
            .reduce((first, last) -> last).orElseThrow().get("count").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldBeginAtAnyEventAndShowItAsFromTheStart(final String stream) throws IOException {
        final List<JsonNode> all = tailJson("--stream=" + stream);
        for (int i = 0; i < all.size(); i++) {
            final long position = all.get(i).get("position").asLong();
            final List<JsonNode> expected =
                all.stream().filter(event -> event.get("position").asLong() >= position).toList();
            assertThat(tailJson("--stream=" + stream, "--from=" + position)).isEqualTo(expected);
        }
        assertThat(tailJson("--stream=" + stream, "--from=64")).isEqualTo(all);
        assertThat(tailJson("--stream=" + stream, "--from=16")).isEqualTo(all);
    }

    @Test
    void shouldBeginAtJournalTime() throws IOException {
        final List<JsonNode> all = tailJson("--stream=journal");

        final List<JsonNode> later =
            tailJson("--stream=journal", "--from=" + all.get(2).get("journal-time").asText());

        assertThat(later).isEqualTo(all.subList(2, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldRefusePositionsThatAreNone(final String stream) throws IOException {
        final long position = tailJson("--stream=" + stream).get(0).get("position").asLong();

        assertMistake("multiple of 16", "--stream=" + stream, "--from=" + (position + 1));
        assertMistake("is within the record at " + position + ": write that one",
            "--stream=" + stream, "--from=" + (position + 16));
        assertMistake("is past the end", "--stream=" + stream, "--from=" + (1L << 40));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--from=yesterday | start, end, a position, a time such as",
        "--from=5x | \"5x\" is no duration",
        "--from=99999999999d | longer than 292 years",
        "--from=9999-01-01T00:00:00Z | outside the years",
        "--from=-16 | no place to begin",
        "--limit=0 | must be 1 or more",
        "--limit=x | --limit",
        "--severity=bad | none of DEBUG, INFO, WARN, CRITICAL",
        "--type= | leave it out",
        "--ref=eth0 | KIND/NAME",
        "--grep=( | no regular expression",
        "--filter=typ=x | \"typ\" is nothing to filter by: choose one of severity, type",
        "--stream=both | --stream",
        "--output=xml | --output",
        "more | 'more'"})
    void shouldSayWhatIsWrongWithCall(final String args, final String reason) {
        assertMistake(reason, args.split(" "));
    }

    private static void assertMistake(final String reason, final String... args) {
        final Cli call = tail(args);

        assertThat(call.err()).contains(reason, "Try 'herald tail --help'").doesNotContain("\tat ");
        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.out()).isEmpty();
    }

    @Test
    void shouldShowLinesForPeopleWithoutColoursWhereNoTerminalIs() {
        final Cli call = tail("--stream=journal", "--type=cluster.*");

        assertThat(call.exitCode()).isZero();
        assertThat(call.out()).doesNotContain("\u001b");
        assertThat(call.out().lines()).satisfiesExactly(
            line -> assertThat(line).matches("\\S+Z INFO {5}cluster.ElectionStarted cmd@node-1 Node/n1 m1 started"),
            line -> assertThat(line).matches("\\S+Z CRITICAL cluster.LeaderLost cmd@node-1 Node/n1 m4 lost"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pretty", "json"})
    void shouldEscapeWhatWouldSteerTerminal(final String form) {
        final Cli call = tail("--stream=journal", "--grep=^m2", "--limit=1", "--output=" + form);

        assertThat(call.out().lines()).hasSize(1);
        assertThat(call.out()).contains("eth0 \\u001B[31mred", "\\nsecond")
            .doesNotContain("\u001b", "\u0007", "\u202e");
    }

    @Test
    void shouldSayThatThereIsNothing(@TempDir final Path empty) {
        for (final String stream : List.of("journal", "dispatch")) {
            final Cli call = Cli.run("tail", "--data-dir=" + empty, "--stream=" + stream);

            assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(call.err().lines()).singleElement().asString()
                .contains("there is no " + stream, empty.toString(), "--data-dir");
        }
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void shouldSayThatSegmentCannotBeRead(@TempDir final Path broken) throws IOException {
        Files.createDirectories(broken.resolve("journal"));
        Files.writeString(broken.resolve("journal/00000000000000000000.log"), "x".repeat(65536));

        final Cli call = Cli.run("tail", "--data-dir=" + broken, "--stream=journal");

        assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(call.err()).contains("00000000000000000000.log").doesNotContain("internal", "\tat ");
    }

    @ParameterizedTest
    @CsvSource({"journal,start", "journal,end", "dispatch,start", "dispatch,end"})
    void shouldFollowLiveProxy(final String stream, final String from, @TempDir final Path live) throws Exception {
        final CompletableFuture<Cli> call = CompletableFuture.supplyAsync(() -> Cli.run("tail", "--data-dir=" + live,
            "--stream=" + stream, "--from=" + from, "--follow", "--grep=fresh", "--limit=1"));
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(live));
            EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            await().until(() -> {
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "fresh " + System.nanoTime(), null))
                    .isPositive();
                return call.isDone();
            });
        }
        final Cli result = call.get(60, TimeUnit.SECONDS);
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines()).singleElement().asString().contains("cluster.LeaderLost", "fresh");
    }

    private static Cli tail(final String... more) {
        return Cli.run(Stream.concat(Stream.of("tail", "--data-dir=" + dataDir), Arrays.stream(more))
            .toArray(String[]::new));
    }

    private List<JsonNode> tailJson(final String... more) throws IOException {
        final Cli call = tail(Stream.concat(Stream.of("--output=json"), Arrays.stream(more)).toArray(String[]::new));
        assertThat(call.err()).isEmpty();
        assertThat(call.exitCode()).isZero();
        final List<JsonNode> events = new ArrayList<>();
        for (final String line : call.out().lines().toList()) {
            events.add(mapper.readTree(line));
        }
        return events;
    }

    private static String messages(final List<JsonNode> events) {
        return String.join(",", events.stream().map(event -> event.get("message").asText().substring(0, 2)).toList());
    }
}
