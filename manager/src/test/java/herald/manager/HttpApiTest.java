package herald.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.http.RefusedException;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * What clients may ask a manager for, and that it stands those who ask for too much, take their time or are many.
 */
@Tag("slow")
@Timeout(120)
class HttpApiTest {
    private static final String EVENTS = "/events/v1/events";
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final int LARGE_EVENTS = 200;
    private static final int LARGE_LENGTH = 40_000;
    private static final int DESCRIPTORS = 512;

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> sockets = new ArrayList<>();
    private EventIndex index;
    private HttpApi api;
    private int port;

    @AfterEach
    void stop() throws IOException {
        for (final Socket socket : sockets) {
            socket.close();
        }
        if (api != null) {
            api.close();
        }
        if (index != null) {
            index.close();
        }
    }

    private void start() throws IOException {
        index = new EventIndex(dir.resolve("index"));
        api = new HttpApi(new Endpoint("127.0.0.1", 0), new EventSearch(index, () -> NOW_NS, EventSearch.TIMEOUT_NS),
            new ManagerCounters(), () -> null);
        port = api.port();
    }

    /** Each character of a message takes six bytes in JSON. */
    private void addLargeEvents(final EventIndex to) throws Exception {
        final String message = "\u0001".repeat(LARGE_LENGTH);
        for (int i = 0; i < LARGE_EVENTS; i++) {
            to.add(Batches.read(Batches.of(new Batches.State(new UUID(1, i), 1, NOW_NS + i, NOW_NS + i),
                text -> text.equals("message") ? message : text)), 0, NOW_NS);
        }
        to.commit();
    }

    private HttpResponse<String> get(final String path) throws IOException {
        try {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                BodyHandlers.ofString());
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> ask(final String name, final String value) throws IOException {
        return get(EVENTS + '?' + name + '=' + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private Socket send(final String bytes) throws IOException {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String times(final String what) {
        final int x = what.lastIndexOf('x');
        return what.substring(0, x).repeat(Integer.parseInt(what.substring(x + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"web-1", "/", "a/", "/b", " / ", "a/ "})
    void shouldRefuseAReferenceWithoutKindOrName(final String ref) throws IOException {
        start();

        final HttpResponse<String> response = ask("ref", ref);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(mapper.readTree(response.body()).get("message").asText())
            .isEqualTo("ref is \"" + ref + "\": it must be KIND/NAME, such as Node/web-1");
    }

    /** A plus that is not escaped arrives as a space. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2024-10-04T02:00:00+02:00 | true", "2024-10-04T02:00:00+0200 | true", "2024-10-04+02:00:00+02:00 | true",
        "2024-10-04T02:00:00,5+02:00 | true", "2024-10-04T02:00:00%2B02:00 | true", "2024-10-04+00:00:00Z | true",
        "2024-10-04T02:00:00-02:00 | true", "2024-10-04T02:00:00++02:00 | false", "2024-10-04+02:00 | false",
        "2024-10-04T02:00:00+2:00 | false", "2024-10-04T02:00:00+02:00+ | false"})
    void shouldTakeASpaceForThePlusOfAnOffset(final String time, final boolean right) throws IOException {
        start();

        for (final String name : List.of("from", "to")) {
            final HttpResponse<String> response = get(EVENTS + '?' + name + '=' + time);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(right ? 200 : 400);
        }
    }

    @Test
    void shouldFindByATimeWhosePlusIsASpace() throws Exception {
        start();
        index.add(Batches.read(Batches.of(new Batches.State(new UUID(1, 1), 1, NOW_NS, NOW_NS), text -> text)), 0,
            NOW_NS);
        index.commit();

        // Day 20,000 since the epoch begins at 2024-10-04T00:00:00Z.
        assertThat(total("from=2024-10-04T02:00:00+02:00&to=2024-10-04T02:00:00+0200")).isEqualTo(1);
        assertThat(total("from=2024-10-04T02:00:01+02:00")).isZero();
        assertThat(total("to=2024-10-04T01:59:59+02:00")).isZero();
    }

    private int total(final String query) throws IOException {
        return mapper.readTree(get(EVENTS + '?' + query).body()).at("/meta/total").asInt();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "type ; *x6000 ; 'it has 6000 and may have 8 wildcards (* and ?)'",
        "type ; a*x9 ; 'it has 9 and may have 8 wildcards (* and ?)'",
        "component ; ?x9 ; 'it has 9 and may have 8 wildcards (* and ?)'",
        "q ; (x9 ; it has 9 and may have 8 parentheses within each other",
        "q ; (x2500 ; it has 2500 and may have 8 parentheses within each other",
        "q ; (ax2000 ; it has 2000 and may have 8 parentheses within each other",
        "q ; ' wordx65' ; it has 65 and may have 64 words", "q ; a|x65 ; it has 65 and may have 64 words",
        "q ; 'a,x2000' ; it has 2000 and may have 64 words", "q ; a* x9 ; 'it has 9 and may have 8 wildcards (*)'"})
    void shouldRefuseQueriesThatTakeTooMuch(final String name, final String what, final String reason)
        throws IOException {
        start();

        final HttpResponse<String> response = ask(name, times(what));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(mapper.readTree(response.body()).get("message").asText()).startsWith(name + " is \"")
            .contains(reason).hasSizeLessThan(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "type ; a*x8", "component ; ?x8", "q ; (x8", "q ; ' wordx64'", "q ; a* x8", "type ; ax8000"})
    void shouldTakeQueriesWithinTheBounds(final String name, final String what) throws IOException {
        start();

        assertThat(ask(name, times(what)).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNeverFailForWhatAClientSends() throws IOException {
        start();
        for (final String query : List.of(
            "q=~", "q=a~2000000000", "q=%22a%22~99999999999", "q=%5C", "q=-", "q=*", "q=%22", "q=%7C%7C%7C", "q=)))",
            "q=----a", "q=a%00b", "type=%5C", "type=*%5C", "type=%00*", "type=*%F0%9F%98%80*", "from=999999d",
            "from=1h&to=2h", "to=-999999999-01-01T00:00:00Z", "from=+999999999-12-31T23:59:59Z", "severity=%20warn%20",
            "limit=00001", "limit=9999999999", "limit=-1", "cursor=%20", "cursor=AAAA", "sort=-",
            "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
            "cursor=MSAtLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLQ", "ref=/", "node=%C3%BC", "tenant=*")) {
            final HttpResponse<String> response = get(EVENTS + '?' + query);
            assertThat(response.statusCode()).as(query + ": " + response.body()).isIn(200, 400);
            assertThat(mapper.readTree(response.body()).has("kind")).isTrue();
        }
        for (final String name : EventQuery.PARAMETERS) {
            for (final String empty : List.of("=", "", "=+", "=%20")) {
                final HttpResponse<String> response = get(EVENTS + '?' + name + empty);
                if (name.equals(EventQuery.CURSOR)) {
                    assertThat(response.statusCode()).as(name + empty).isEqualTo(200);
                    continue;
                }
                assertThat(response.statusCode()).as(name + empty).isEqualTo(400);
                assertThat(response.body()).contains(name + " is empty: give it a value, or leave it out");
            }
        }
    }

    @Test
    void shouldNeverFailForAnyWords() throws IOException {
        start();
        final Random random = new Random(17);
        final String alphabet = "ab*?\"()|+-~\\1 .,^:{}[]/&!\u00fc\u4e2d";
        for (int i = 0; i < 300; i++) {
            final StringBuilder words = new StringBuilder();
            for (int j = random.nextInt(40); j >= 0; j--) {
                words.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            final HttpResponse<String> response = ask(i % 3 == 0 ? "type" : "q", words.toString());
            assertThat(response.statusCode()).as(words + ": " + response.body()).isIn(200, 400);
        }
    }

    @Test
    void shouldSayInJsonWhatIsNoRequest() throws IOException {
        start();

        final String answer = new String(send("GET " + EVENTS + "?q=node|link HTTP/1.1\r\nHost: localhost\r\n" +
            "Connection: close\r\n\r\n").getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("Content-Type: application/json",
            "{\"kind\":\"Status\",\"code\":400,\"message\":\"q is \\\"node|link\\\": \\\"|\\\" must be written as %7C");
        assertThat(new String(send("GET /stats HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            .getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 421 ");
        assertThat(get("/stats?x=1").body()).contains("/stats takes none");
    }

    @Test
    void shouldGiveUpASearchThatTakesTooLong() throws Exception {
        start();
        addLargeEvents(index);
        final EventSearch search = new EventSearch(index, () -> NOW_NS, -1);

        assertThatThrownBy(() -> search.list(Map.of("type", "*t*"))).isInstanceOf(RefusedException.class)
            .hasMessageContaining("type is \"*t*\": this took longer than");
        assertThatThrownBy(() -> search.list(Map.of())).isInstanceOf(RefusedException.class)
            .hasMessageContaining("narrow it by from, to");
    }

    @Test
    void shouldEndAPageWhereItIsLongEnough() throws Exception {
        start();
        addLargeEvents(index);
        final List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            final HttpResponse<String> response = get(EVENTS + "?limit=1000" + cursor);
            assertThat(response.body().length()).isLessThanOrEqualTo(EventSearch.MAX_PAGE_LENGTH);
            final JsonNode page = mapper.readTree(response.body());
            assertThat(page.at("/meta/total").asInt()).isEqualTo(LARGE_EVENTS);
            page.get("items").forEach(event -> ids.add(event.at("/meta/uuid").asText()));
            cursor = page.at("/meta/cursor").isMissingNode() ? "" : "&cursor=" + page.at("/meta/cursor").asText();
        } while (!cursor.isEmpty());

        assertThat(ids).doesNotHaveDuplicates().hasSize(LARGE_EVENTS);
    }

    /** A manager with little memory and few descriptors, and clients that want all of both. */
    @Test
    void shouldServeNodesAndOthersBesideHostileClients() throws Exception {
        final int[] ports = ChildProcesses.freePorts();
        port = ports[1];
        final Path data = Files.createDirectory(dir.resolve("manager"));
        try (EventIndex filled = new EventIndex(data.resolve("index"))) {
            addLargeEvents(filled);
        }
        try (ChildProcesses processes = new ChildProcesses(dir)) {
            final Process manager = processes.startWithin("manager", DESCRIPTORS,
                List.of("-Xmx112m", "-XX:+ExitOnOutOfMemoryError"), ManagerCommand.class, "--data-dir=" + data,
                "--listen=127.0.0.1:" + ports[0], "--http=127.0.0.1:" + port);
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> get("/healthz").statusCode() == 200);
            for (int i = 0; i < 16; i++) {
                send("GET " + EVENTS + "?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            for (int i = 0; i < 600; i++) {
                send(i % 2 == 0 ? "" : "GET /stats HTTP/1.1\r\n");
            }
            await().until(() -> get(EVENTS + "?limit=1000").statusCode() == 200);
            assertThat(get("/stats").statusCode()).isEqualTo(200);
            try (EventProxy node = node(ports[0], "venice")) {
                record();
                await().until(() -> mapper.readTree(get("/stats").body()).get("stored").asInt() == 1);
                assertThat(node.writers().failing()).doesNotContainValue(true);
            }
            assertThat(manager.isAlive()).isTrue();
        }
        assertThat(Files.readString(dir.resolve("manager.log"))).doesNotContain("ERROR", "jetty", "HttpApi");
    }

    private EventProxy node(final int managerPort, final String... writers) {
        final EventProxy.Context context = new EventProxy.Context().dataDir(dir.resolve("node")).node("node-2")
            .dedupKeyLimit(10_000).batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20));
        for (final String writer : writers) {
            context.writer(new VeniceWriterFactory().create(new WriterSpec(writer, "venice", "udp://127.0.0.1:" +
                managerPort, Map.of("aeronDir", HeraldDirectory.aeronDir(dir.resolve("node")).toString()))),
                EventFilter.ALL, true);
        }
        return EventProxy.launch(context);
    }

    @Test
    void shouldCountNodesAndTheirSessions() throws Exception {
        final int[] ports = ChildProcesses.freePorts();
        try (EventsManager manager = EventsManager.launch(new EventsManager.Context().dataDir(dir.resolve("manager"))
            .listen(new Endpoint("127.0.0.1", ports[0])).http(new Endpoint("127.0.0.1", 0)))) {
            port = manager.httpPort();
            try (EventProxy node = node(ports[0], "venice", "second")) {
                record();
                await().until(() -> mapper.readTree(get("/stats").body()).get("sessions").asInt() == 2);
                assertThat(mapper.readTree(get("/stats").body()).get("nodes").asInt()).isEqualTo(1);
                assertThat(node.hasFailed()).isFalse();
            }
            await().until(() -> mapper.readTree(get("/stats").body()).get("nodes").asInt() == 0);
        }
    }

    private void record() {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
            .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dir.resolve("node")))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir.resolve("node")).toString()))) {
            final long last = recorder.record(ClusterEvents.LEADER_ELECTED, null, "elected", null);
            assertThat(recorder.awaitAcknowledged(last, TimeUnit.MINUTES.toNanos(1))).isTrue();
        }
    }
}
