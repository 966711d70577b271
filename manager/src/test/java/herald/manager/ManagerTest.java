package herald.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.events.NetworkEvents;
import herald.events.Severity;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.seal.SharedKey;
import herald.stage.ProxyCounter;
import herald.writer.EventWriter;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;
import org.agrona.IoUtil;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A manager, and nodes that forward to it over Aeron: what it stores and what it answers.
 */
@Timeout(180)
class ManagerTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private EventsManager manager;

    ManagerTest() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void stop() {
        if (manager != null) {
            manager.close();
        }
    }

    private EventsManager.Context context() {
        return new EventsManager.Context().dataDir(dir.resolve("manager")).listen(new Endpoint("127.0.0.1", port))
            .http(new Endpoint("127.0.0.1", 0)).commitIntervalNs(TimeUnit.MILLISECONDS.toNanos(50));
    }

    private void launch() throws IOException {
        manager = EventsManager.launch(context());
    }

    private EventProxy node(final String name) {
        return node(name, "udp://127.0.0.1:" + port, Map.of("aeronDir", aeronDir(name)));
    }

    private EventProxy node(final String name, final Path keyFile) {
        return node(name, "udp://127.0.0.1:" + port,
            Map.of("aeronDir", aeronDir(name), "keyFile", keyFile.toString()));
    }

    private String aeronDir(final String name) {
        return HeraldDirectory.aeronDir(dir.resolve(name)).toString();
    }

    private EventProxy node(final String name, final String target, final Map<String, String> options) {
        final EventWriter writer = new VeniceWriterFactory().create(
            new WriterSpec("venice", "venice", target, options));
        return EventProxy.launch(new EventProxy.Context().dataDir(dir.resolve(name)).node(name).dedupKeyLimit(100_000)
            .maxEventLength(64 * 1024).batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20))
            .dedupIntervalNs(TimeUnit.MINUTES.toNanos(10)).writer(writer, EventFilter.ALL, true));
    }

    private void record(final String node, final String... messages) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
            .eventTypes(ClusterEvents.CATALOG, NetworkEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir.resolve(node)))
            .aeronDirectoryName(aeronDir(node)))) {
            long last = 0;
            for (final String message : messages) {
                last = message.startsWith("link") ?
                    recorder.record(NetworkEvents.LINK_DOWN, Severity.CRITICAL, message,
                        ObjectReference.of("Link", "eth0")) :
                    recorder.record(ClusterEvents.LEADER_ELECTED, Severity.INFO, message, null);
            }
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
        }
    }

    private HttpResponse<String> get(final String path) {
        try {
            return http.send(HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + manager.httpPort() + path)).build(), BodyHandlers.ofString());
        } catch (final IOException e) {
            throw new AssertionError(path, e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(path, e);
        }
    }

    private JsonNode query(final String parameters) throws IOException {
        final HttpResponse<String> response = get("/events/v1/events?" + parameters);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return mapper.readTree(response.body());
    }

    private List<String> messages(final String parameters) throws IOException {
        final List<String> messages = new ArrayList<>();
        query(parameters).get("items").forEach(item -> messages.add(item.get("message").asText()));
        return messages;
    }

    private List<String> pages(final String parameters) throws IOException {
        final List<String> messages = new ArrayList<>();
        for (String cursor = ""; cursor != null;) {
            final JsonNode page = query(parameters + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.get("items").forEach(item -> messages.add(item.get("message").asText()));
            cursor = page.at("/meta/cursor").isMissingNode() ? null : page.at("/meta/cursor").asText();
        }
        return messages;
    }

    private void awaitTotal(final int total) {
        await().atMost(60, TimeUnit.SECONDS).until(() -> query("limit=1").at("/meta/total").asInt() == total);
    }

    @Test
    void shouldStoreWhatNodesRecordAndAnswerQueries() throws IOException {
        launch();
        try (EventProxy first = node("node-1"); EventProxy second = node("node-2")) {
            record("node-1", "leader elected", "link down", "leader elected");
            record("node-2", "another leader elected");
            awaitTotal(3);

            assertThat(messages("sort=time")).hasSize(3);
            assertThat(messages("type=network.*")).containsExactly("link down");
            assertThat(messages("type=network.LinkDown&severity=CRITICAL&component=c?d&tenant=default&node=node-1"))
                .containsExactly("link down");
            assertThat(messages("node=node-2")).containsExactly("another leader elected");
            assertThat(messages("severity=WARN")).containsExactly("link down");
            assertThat(messages("ref=Link/eth0")).containsExactly("link down");
            assertThat(messages("q=" + URLEncoder.encode("\"leader elected\" -another", StandardCharsets.UTF_8)))
                .containsExactly("leader elected");
            assertThat(messages("q=%22(((&from=1h")).isNotNull();
            assertThat(messages("from=10m&to=2100-01-01T00:00:00Z")).hasSize(3);
            assertThat(messages("to=1h")).isEmpty();
            await().until(() -> query("q=elected&node=node-1").at("/items/0/count").asInt() == 2);
            final JsonNode event = query("node=node-1&type=cluster.*").at("/items/0");
            assertThat(event.at("/object-ref/kind").asText()).isEqualTo("Node");
            assertThat(mapper.readTree(get("/events/v1/events/" + event.at("/meta/uuid").asText()).body()))
                .isEqualTo(event);
            assertThat(first.hasFailed() || second.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldTurnPages() throws IOException {
        launch();
        final String[] all = new String[25];
        for (int i = 0; i < all.length; i++) {
            all[i] = "event " + i;
        }
        try (EventProxy node = node("node-1")) {
            record("node-1", all);
            awaitTotal(all.length);
            assertThat(pages("limit=10&sort=time")).containsExactlyInAnyOrder(all);
            assertThat(node.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldGetEverythingThroughRestartsOfBothAndStoreItOnce() throws IOException {
        int recorded = 0;
        for (int run = 0; run < 3; run++) {
            try (EventProxy node = node("node-1")) {
                record("node-1", "a" + run, "repeated");
                launch();
                record("node-1", "b" + run, "repeated");
                recorded += 2;
                awaitTotal(recorded + 1);
                manager.close();
                record("node-1", "c" + run);
                recorded++;
                assertThat(node.hasFailed()).isFalse();
            }
        }
        launch();
        try (EventProxy node = node("node-1")) {
            awaitTotal(recorded + 1);
            await().until(() -> query("q=repeated").at("/items/0/count").asInt() == 6);
            assertThat(node.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldTakeEventsOverIpc() throws IOException {
        final String aeronDir = aeronDir("manager-aeron");
        manager = EventsManager.launch(context().aeronDirectoryName(aeronDir));
        try (EventProxy node = node("node-1", "ipc", Map.of("aeronDir", aeronDir))) {
            record("node-1", "over ipc");
            awaitTotal(1);
            assertThat(node.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldGoOnWhereItsMediaDriverLostItsDirectory() throws IOException {
        final String aeronDir = aeronDir("manager-aeron");
        manager = EventsManager.launch(context().aeronDirectoryName(aeronDir).driverTimeoutMs(1_000));
        try (EventProxy node = node("node-1")) {
            record("node-1", "before");
            awaitTotal(1);
            IoUtil.delete(Path.of(aeronDir).toFile(), false);
            await().atMost(60, TimeUnit.SECONDS)
                .until(() -> mapper.readTree(get("/stats").body()).get("drivers-lost").asInt() > 0);
            record("node-1", "after");
            awaitTotal(2);

            assertThat(get("/healthz").statusCode()).isEqualTo(200);
            assertThat(node.hasFailed()).isFalse();
        }
    }

    private Path keyFile(final String secret) throws IOException {
        final Path file = Files.createFile(dir.resolve(secret.replace(' ', '-')),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, secret);
    }

    private static boolean isFailing(final EventProxy node) {
        return node.writers().failing().containsValue(true);
    }

    @Test
    void shouldTakeEventsOfHoldersOfTheKeyAlone() throws IOException {
        final Path key = keyFile("the key of this fleet");
        manager = EventsManager.launch(context().key(SharedKey.read(key)));
        try (EventProxy holder = node("node-1", key); EventProxy other = node("node-2", keyFile("some other key here"));
            EventProxy none = node("node-3")) {
            record("node-2", "of another key");
            record("node-3", "of none");
            await().atMost(60, TimeUnit.SECONDS).until(() -> isFailing(other) && isFailing(none));
            record("node-1", "of a holder", "and another one");
            awaitTotal(2);

            assertThat(messages("")).containsExactlyInAnyOrder("of a holder", "and another one");
            assertThat(mapper.readTree(get("/stats").body()).get("forged").asLong()).isPositive();
            assertThat(isFailing(holder)).isFalse();
        }
    }

    @Test
    void shouldDeliverToNoManagerThatDoesNotProveTheKey() throws IOException {
        final Path key = keyFile("the key of this fleet");
        launch();
        try (EventProxy node = node("node-1", key)) {
            record("node-1", "held back");
            await().atMost(60, TimeUnit.SECONDS).until(() -> isFailing(node));
            assertThat(messages("")).isEmpty();
            manager.close();
            manager = EventsManager.launch(context().key(SharedKey.read(key)));

            awaitTotal(1);
        }
    }

    @Test
    void shouldRefuseASecondManagerOfADirectory() throws IOException {
        launch();

        assertThatThrownBy(() -> EventsManager.launch(context())).isInstanceOf(IOException.class)
            .hasMessageContaining("in use by another manager");
        Files.delete(dir.resolve("manager/lock"));
        assertThatThrownBy(() -> EventsManager.launch(context())).isInstanceOf(IOException.class)
            .hasMessageContaining("in use by another manager (this process");
    }

    private void copy(final Path from, final Path to) throws IOException {
        IoUtil.delete(to.toFile(), true);
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (final Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** The node has nothing more to say, and says again what the restored index lacks. */
    @Test
    void shouldGetAgainWhatNodesHaveAfterItWasRestoredFromABackup() throws IOException {
        final Path index = dir.resolve("manager").resolve("index");
        final Path backup = dir.resolve("backup");
        launch();
        try (EventProxy node = node("node-1")) {
            record("node-1", "before the backup");
            awaitTotal(1);
            manager.close();
            copy(index, backup);
            launch();
            record("node-1", "after the backup");
            awaitTotal(2);
            await().atMost(60, TimeUnit.SECONDS).until(() -> node.counters().get(ProxyCounter.DELIVERED) >= 2);
            manager.close();
            copy(backup, index);
            launch();
            awaitTotal(2);
            manager.close();
            IoUtil.delete(index.toFile(), false);
            launch();
            awaitTotal(2);

            assertThat(messages("sort=time")).containsExactly("before the backup", "after the backup");
            assertThat(node.counters().get(ProxyCounter.WAYS_BACK)).isEqualTo(2);
        }
    }

    @Test
    void shouldStoreWhatIsTooLongToBeIndexedAndWhatCameWithIt() throws IOException {
        launch();
        try (EventProxy node = node("node-1"); EventRecorder recorder = EventRecorder.launch(
            new EventRecorder.Context().component("cmd").eventTypes(ClusterEvents.CATALOG)
                .maxEventLength(64 * 1024).spoolDir(HeraldDirectory.spoolDir(dir.resolve("node-1")))
                .aeronDirectoryName(aeronDir("node-1")))) {
            final String tooLong = "n".repeat(33_000);
            recorder.record(ClusterEvents.LEADER_ELECTED, Severity.INFO, "first", null);
            recorder.record(ClusterEvents.LEADER_ELECTED, Severity.INFO, "second",
                ObjectReference.of("Link", tooLong));
            final long last = recorder.record(ClusterEvents.LEADER_ELECTED, Severity.INFO, "third", null);
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
            awaitTotal(3);

            assertThat(query("q=second").at("/items/0/object-ref/name").asText()).isEqualTo(tooLong);
            assertThat(node.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldPutAsideWhatCanNotBeStoredAndAcknowledgeAfterTheCommit() throws IOException {
        final String aeronDir = aeronDir("manager-aeron");
        manager = EventsManager.launch(context().aeronDirectoryName(aeronDir));
        try (RawNode node = new RawNode(aeronDir)) {
            node.send(Batches.of(new Batches.State(new UUID(1, 1), 1, 1, 1)));
            node.send(Batches.unreadable(new Batches.State(new UUID(1, 2), 1, 1, 1)));
            node.send(Batches.of(new Batches.State(new UUID(1, 3), 1, 1, 1)));
            node.awaitAcknowledged(3);

            assertThat(node.deadLetters()).isEqualTo(1);
            assertThat(query("").at("/meta/total").asInt()).isEqualTo(2);
            assertThat(mapper.readTree(get("/stats").body()).get("dead-letters").asInt()).isEqualTo(1);
            assertThat(Files.readString(dir.resolve("manager").resolve("dead-letters.txt")))
                .contains("writer=raw reason=");
        }
    }

    @Test
    void shouldVerifyTheIndexOnRequest() throws IOException {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final CommandLine command = ManagerCommand.commandLine().setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
        final String[] args = {"--verify", "--data-dir=" + dir.resolve("manager")};
        assertThat(command.execute(args)).isEqualTo(74);
        launch();
        assertThat(command.execute(args)).as(err.toString()).isZero();
        manager.close();
        manager = null;
        final Path commit = dir.resolve("manager").resolve("index").resolve("segments_1");
        Files.move(commit, dir.resolve("aside"));
        Files.writeString(commit.resolveSibling("_0.cfs"), "of an index");

        assertThat(command.execute(args)).isEqualTo(1);
        assertThat(out.toString()).contains("events=0", ", whole", "is there in part");
        assertThat(err.toString()).contains("has no directory index");
        assertThatThrownBy(() -> EventsManager.launch(context())).hasMessageContaining("is there in part");
        assertThat(commit.resolveSibling("_0.cfs")).hasContent("of an index");
    }

    @Test
    void shouldRefuseAnIndexOfAnotherForm() throws IOException {
        final Path index = dir.resolve("manager").resolve("index");
        try (Directory directory = FSDirectory.open(index);
            IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.commit();
        }

        assertThatThrownBy(() -> EventsManager.launch(context())).isInstanceOf(IOException.class)
            .hasMessageContaining(index + " has form 1, and this build takes form 3: choose another --data-dir");
    }

    @Test
    void shouldReleaseWhatIsOld() throws IOException {
        launch();
        try (EventProxy node = node("node-1")) {
            record("node-1", "a", "b");
            awaitTotal(2);
            assertThat(node.hasFailed()).isFalse();
        }
        manager.close();
        manager = EventsManager.launch(context().retentionNs(1));

        awaitTotal(0);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldReleaseTheOldestWhereTheIndexIsTooLong() throws IOException {
        launch();
        final int all = 3_000;
        final String[] events = new String[all];
        for (int i = 0; i < all; i++) {
            events[i] = "event " + i;
        }
        try (EventProxy node = node("node-1")) {
            record("node-1", events);
            await().atMost(60, TimeUnit.SECONDS).until(() -> messages("limit=1000&q=" + (all - 1)).size() == 1);
            assertThat(node.hasFailed()).isFalse();
        }
        // Files that no commit names go.
        manager.close();
        launch();
        manager.close();
        final long length = indexLength();
        manager = EventsManager.launch(context().retentionLength(length / 2));

        await().atMost(60, TimeUnit.SECONDS).until(() -> messages("q=0").isEmpty());
        await().atMost(60, TimeUnit.SECONDS).until(() -> indexLength() < length);
        assertThat(messages("q=" + (all - 1))).containsExactly("event " + (all - 1));
        assertThat(pages("limit=1000")).hasSizeBetween(all / 3, all * 2 / 3);
    }

    private long indexLength() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("manager").resolve("index"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/events/v1/events?typ=x | 400 | there is no parameter \\\"typ\\\"",
        "/events/v1/events?severity=HIGH | 400 | HIGH",
        "/events/v1/events?limit=0 | 400 | limit is \\\"0\\\": it must be from 1 to 1000",
        "/events/v1/events?from=yesterday | 400 | from is \\\"yesterday\\\"",
        "/events/v1/events?sort=count | 400 | it must be time, oldest first, or -time",
        "/events/v1/events?cursor=xyz | 400 | cursor is",
        "/events/v1/events?node=a&node=b | 400 | comes twice",
        "/events/v1/events/none | 404 | there is no event",
        "/nothing | 404 | there is no /nothing"})
    void shouldNameWhatIsWrong(final String path, final int code, final String reason) throws IOException {
        launch();

        final HttpResponse<String> response = get(path);

        assertThat(response.statusCode()).isEqualTo(code);
        assertThat(response.body()).startsWith("{\"kind\":\"Status\",\"code\":" + code).contains(reason);
        assertThat(get("/healthz").body()).contains("ok");
        assertThat(get("/stats").body()).contains("\"stored\":0");
    }
}
