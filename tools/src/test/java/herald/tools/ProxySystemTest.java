package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.link.HeraldDirectory;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Proxy and recorders in processes of their own: what one records, the other keeps, folds and delivers, whichever of
 * them is killed.
 *
 * <pre>
 *   record --stdin ══ IPC ══► proxy ──► file writer
 *                               └─────► journal ◄── tail
 * </pre>
 */
@Tag("slow")
@Timeout(180)
class ProxySystemTest {
    private static final int EVENTS = 20_000;
    private static final int DISTINCT = EVENTS / 10;

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();

    @AfterEach
    void tearDown() {
        if (Files.exists(dataDir())) {
            IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
        }
    }

    @Test
    void shouldKeepAndDeliverWhatIsRecordedUntilStopped() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            assertThat(proxy.out().lines()).singleElement().asString()
                .startsWith("herald proxy ready: node=node-1 data-dir=" + dataDir());
            final HeraldProcess record = recordOne("first");
            assertThat(record.exitCode()).as(record.err()).isZero();
            assertThat(record.out() + record.err()).isEmpty();

            assertThat(proxy.terminate()).as(proxy.err()).isZero();
            assertThat(proxy.err()).doesNotContain("ERROR", "WARN", "\tat ");
        }
        assertThat(delivered()).extracting(event -> event.get("message").asText()).containsExactly("first");
        assertThat(HeraldDirectory.aeronDir(dataDir())).doesNotExist();
    }

    @Test
    void shouldFoldRepeatsAndJournalEveryEventInOrder() throws Exception {
        try (HeraldProcess proxy = proxy(); HeraldProcess record = recordMany()) {
            assertThat(record.exitCode()).as(record.err()).isZero();
            assertThat(record.err()).isEqualTo(
                "recorded=" + EVENTS + " acknowledged=" + EVENTS + " rejected=0 spooled=0\n");
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertJournaledOnceInOrder();
        assertCountsAddUp();
    }

    @Test
    void shouldComeToTheSameSumsWhereProxyIsKilledInTheMiddle() throws Exception {
        final byte[] input = Files.readAllBytes(input());
        try (HeraldProcess record = record(Redirect.PIPE)) {
            try (HeraldProcess proxy = proxy()) {
                record.stdin().write(input, 0, input.length / 2);
                record.stdin().flush();
                await().pollInterval(Duration.ofMillis(1)).until(
                    () -> Cli.run("stat", "--data-dir=" + dataDir()).out().contains("events journaled"));
                proxy.kill();
            }
            record.stdin().write(input, input.length / 2, input.length - input.length / 2);
            try (HeraldProcess proxy = proxy()) {
                record.stdin().close();
                assertThat(record.exitCode()).as(record.err()).isZero();
                assertThat(proxy.terminate()).as(proxy.err()).isZero();
            }
        }
        assertJournaledOnceInOrder();
        assertCountsAddUp();
    }

    @Test
    void shouldDeliverOnceWhatWasRecordedWhileNoProxyRan() throws Exception {
        final HeraldProcess record = recordOne("early", "--timeout=0s");
        assertThat(record.exitCode()).isEqualTo(ExitCode.SPOOLED);
        assertThat(record.err()).contains("cmd.spool", "the proxy will deliver it");

        for (int run = 0; run < 2; run++) {
            try (HeraldProcess proxy = proxy()) {
                await().until(() -> !delivered().isEmpty());
                assertThat(proxy.terminate()).as(proxy.err()).isZero();
            }
        }
        assertThat(delivered()).extracting(event -> event.get("message").asText()).containsExactly("early");
        assertThat(journaled()).hasSize(1);
    }

    @Test
    void shouldRefuseDataDirectoryOfRunningProxy() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            final HeraldProcess second = HeraldProcess.run(dir, "proxy", "--data-dir=" + dataDir());

            assertThat(second.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(second.out()).isEmpty();
            assertThat(second.err().lines()).singleElement().asString()
                .contains(dataDir().toString(), "in use by another proxy", "--data-dir");
            assertThat(recordOne("still served").exitCode()).isZero();
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    @Test
    void shouldRefuseDataDirectoryOfRunningProxyWhoseLockIsDeleted() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            Files.delete(dataDir().resolve("lock"));
            final HeraldProcess second = HeraldProcess.run(dir, "proxy", "--data-dir=" + dataDir());

            assertThat(second.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(second.err().lines()).singleElement().asString()
                .containsPattern("in use by another proxy \\(process \\d+, java\\)");
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    @Test
    void shouldTakeClosedPipeOfTailAsEnd() throws Exception {
        try (HeraldProcess proxy = proxy(); HeraldProcess record = recordMany()) {
            assertThat(record.exitCode()).as(record.err()).isZero();
            assertThat(proxy.terminate()).isZero();
        }
        final Path err = dir.resolve("tail.err");
        final Process tail = new ProcessBuilder(
            HeraldProcess.command("tail", "--data-dir=" + dataDir(), "--stream=journal", "--output=json"))
            .redirectError(err.toFile()).start();
        try {
            assertThat(tail.inputReader().readLine()).startsWith("{\"kind\":\"Event\"");
            tail.getInputStream().close();

            assertThat(tail.waitFor()).isZero();
            assertThat(Files.readString(err)).isEmpty();
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void shouldSayThatStdoutTakesNothing() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            assertThat(recordOne("one").exitCode()).isZero();
            assertThat(proxy.terminate()).isZero();
        }
        final Path err = dir.resolve("tail.err");
        final Process tail = new ProcessBuilder(HeraldProcess.command("tail", "--data-dir=" + dataDir()))
            .redirectOutput(Path.of("/dev/full").toFile()).redirectError(err.toFile()).start();
        try {
            assertThat(tail.waitFor()).isEqualTo(ExitCode.IO);
            assertThat(Files.readString(err)).contains("standard output").doesNotContain("\tat ");
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void shouldAcknowledgeNothingIntoAJournalThatWasDeleted() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            assertThat(recordOne("first").exitCode()).isZero();
            await().until(() -> messages(delivery()).contains("first"));
            try (DirectoryStream<Path> segments = Files.newDirectoryStream(dataDir().resolve("journal"), "*.log")) {
                for (final Path segment : segments) {
                    Files.delete(segment);
                }
            }
            assertThat(proxy.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(proxy.err())
                .contains(dataDir().resolve("journal").toString(), "acknowledge", "the proxy stopped");
            assertThat(recordOne("second", "--timeout=0s").exitCode()).isEqualTo(ExitCode.SPOOLED);
        }
        try (HeraldProcess proxy = proxy()) {
            await().until(() -> messages(delivery()).contains("second"));
            assertThat(proxy.err()).contains("the journal is gone");
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertThat(messages(delivery())).containsExactly("first", "second");
    }

    @Test
    void shouldDeliverNothingEarlierToAWriterThatCameAtARestart() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            assertThat(recordOne("earlier").exitCode()).isZero();
            proxy.kill();
        }
        final Path added = dir.resolve("added.ndjson");
        try (HeraldProcess proxy = proxy("--writer=file:" + added)) {
            assertThat(recordOne("later").exitCode()).isZero();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertThat(messages(delivery())).containsExactly("earlier", "later");
        assertThat(messages(added)).containsExactly("later");
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Path delivery() {
        return dir.resolve("events.ndjson");
    }

    private HeraldProcess proxy(final String... more) throws IOException {
        final Path config = Files.writeString(dir.resolve("herald.yaml"), "dedup:\n  ignore-attributes: [i]\n");
        final List<String> args = new ArrayList<>(List.of("--config=" + config, "--writer=file:" + delivery(),
            "--dedup-interval=10m", "--batch-interval=100ms"));
        args.addAll(List.of(more));
        return HeraldProcess.proxy(dir, dataDir(), args.toArray(new String[0]));
    }

    private HeraldProcess recordOne(final String message, final String... more)
        throws IOException, InterruptedException {
        final List<String> args = new ArrayList<>(List.of("record", "--data-dir=" + dataDir(), "--component=cmd",
            "--type=cluster.ElectionStarted"));
        args.addAll(List.of(more));
        args.add(message);
        return HeraldProcess.run(dir, args.toArray(new String[0]));
    }

    private HeraldProcess recordMany() throws IOException {
        return record(Redirect.from(input().toFile()));
    }

    private HeraldProcess record(final Redirect stdin) throws IOException {
        return HeraldProcess.startWith(
            stdin, dir, "record", "--data-dir=" + dataDir(), "--component=cmd", "--stdin", "--timeout=60s");
    }

    /** Ten of each message, not one after the other. */
    private Path input() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            lines.add("{\"type\":\"network.LinkDown\",\"ref\":\"Link/eth0\",\"message\":\"flap " + i % DISTINCT +
                "\",\"attributes\":{\"i\":\"" + i + "\"}}");
        }
        return Files.write(dir.resolve("input.ndjson"), lines);
    }

    private void assertJournaledOnceInOrder() throws Exception {
        final List<JsonNode> events = journaled();
        assertThat(events).hasSize(EVENTS);
        final long first = events.get(0).get("sequence").asLong();
        for (int i = 0; i < EVENTS; i++) {
            assertThat(events.get(i).get("sequence").asLong()).isEqualTo(first + i);
            assertThat(events.get(i).get("attributes").get("i").asText()).isEqualTo(Integer.toString(i));
        }
    }

    private void assertCountsAddUp() throws IOException {
        final Map<String, Long> counts = new HashMap<>();
        final Set<String> messages = new HashSet<>();
        for (final JsonNode event : delivered()) {
            counts.put(event.get("meta").get("uuid").asText(), event.get("count").asLong());
            messages.add(event.get("message").asText());
        }
        assertThat(messages).hasSize(DISTINCT);
        assertThat(counts).hasSize(DISTINCT);
        assertThat(counts.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(EVENTS);
    }

    private List<JsonNode> journaled() throws Exception {
        final HeraldProcess tail =
            HeraldProcess.run(dir, "tail", "--data-dir=" + dataDir(), "--stream", "journal", "--output", "json");
        assertThat(tail.exitCode()).as(tail.err()).isZero();
        return parse(tail.out());
    }

    private List<JsonNode> delivered() throws IOException {
        return delivered(delivery());
    }

    private List<JsonNode> delivered(final Path file) throws IOException {
        return Files.exists(file) ? parse(Files.readString(file)) : List.of();
    }

    private List<String> messages(final Path file) throws IOException {
        return delivered(file).stream().map(event -> event.get("message").asText()).toList();
    }

    private List<JsonNode> parse(final String lines) throws IOException {
        final List<JsonNode> events = new ArrayList<>();
        for (final String line : lines.lines().toList()) {
            events.add(mapper.readTree(line));
        }
        return events;
    }
}
