package herald.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.http.RawClient.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Clients that are slow, many, wrong or hostile, over sockets: what each gets, and that others are served beside them.
 */
@Timeout(120)
class JsonServerTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final int BODY_LENGTH = 4_096;
    private static final int BIG_LENGTH = 4 * 1024 * 1024;
    private static final int CONNECTIONS = 24;

    private final JsonMapper mapper = new JsonMapper();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger built = new AtomicInteger();
    private final List<RawClient> clients = new ArrayList<>();
    private JsonServer server;

    @AfterEach
    void stop() throws IOException {
        release.countDown();
        for (final RawClient client : clients) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static HttpLimits limits(
        final Duration idle, final Duration header, final Duration body, final Duration answer) {
        return new HttpLimits(CONNECTIONS, BODY_LENGTH, 2L * BIG_LENGTH + 1024, idle, header, body, answer);
    }

    private void start() throws IOException {
        start(limits(LONG, LONG, LONG, LONG));
    }

    private void start(final HttpLimits limits) throws IOException {
        server = JsonServer.listen(new JsonServer.Settings("test-http", "127.0.0.1", 0, 2, limits)).answer(List.of(
            Resource.at("/quick").get(asked -> JsonAnswer.of(asked.parameters())).parameters(List.of("q", "from"))
                .quick(),
            Resource.at("/slow").get(this::slow),
            Resource.at("/big").get(asked -> big()),
            Resource.at("/wrong").get(asked -> {
                throw new IllegalStateException("wrong on this side");
            }),
            Resource.below("/things", "NAME").checkedBy(JsonServerTest::check)
                .get(asked -> JsonAnswer.of(Map.of("name", asked.name())))
                .put(asked -> JsonAnswer.of(Map.of("length", asked.body().length)))
                .delete(asked -> JsonAnswer.of(Map.of()))));
    }

    private JsonAnswer slow(final JsonRequest asked) throws IOException {
        working.incrementAndGet();
        try {
            release.await();
            return JsonAnswer.of(asked.path());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private JsonAnswer big() {
        built.incrementAndGet();
        final byte[] json = new byte[BIG_LENGTH];
        Arrays.fill(json, (byte)' ');
        return JsonAnswer.of(JsonAnswer.OK, ByteBuffer.wrap(json));
    }

    private static void check(final JsonRequest asked) throws RefusedException {
        if (!"let me in".equals(asked.header("Authorization"))) {
            throw new RefusedException(401, "who are you?");
        }
    }

    private RawClient client() throws IOException {
        return client("127.0.0.1", 0);
    }

    private RawClient client(final String from, final int receiveBuffer) throws IOException {
        final RawClient client = new RawClient(server.address(), from, receiveBuffer);
        clients.add(client);
        return client;
    }

    private static String get(final String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String put(final String headers) {
        return "PUT /things/one HTTP/1.1\r\nHost: localhost\r\nAuthorization: let me in\r\n" + headers + "\r\n";
    }

    private Answer ask(final String bytes) throws IOException {
        return client().send(bytes).read();
    }

    private void requireServed() throws IOException {
        final Answer answer = ask(get("/quick?q=a"));
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"q\":\"a\"}\n");
    }

    private JsonNode requireStatus(final Answer answer, final int code) throws IOException {
        assertThat(answer.code()).as(answer.body()).isEqualTo(code);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
        final JsonNode status = mapper.readTree(answer.body());
        assertThat(status.get("kind").asText()).isEqualTo("Status");
        assertThat(status.get("code").asInt()).isEqualTo(code);
        return status.get("message");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "/quick?q=node|link ; 400 ; q is \"node|link\": \"|\" must be written as %7C",
        "/quick?q=a%zz ; 400 ; q is \"a%zz\": behind % there must be two hexadecimal digits",
        "/quick?q=% ; 400 ; q is \"%\"", "/quick?q=%4 ; 400 ; q is \"%4\"",
        "/quick?q=%C3%28 ; 400 ; q is \"%C3%28\": its escapes must be UTF-8",
        "/quick?q=%ff ; 400 ; its escapes must be UTF-8", "/quick?q=%ED%A0%80 ; 400 ; must be UTF-8",
        "/quick?q=\u00fc ; 400 ; must be", "/quick?q=a\"b ; 400 ; \"\"\" must be written as %22",
        "/quick?q=a#b ; 400 ; must be written as %23", "/quick?q=a^b ; 400 ; must be written as %5E",
        "/quick?q=a&q=b ; 400 ; parameter \"q\" comes twice: say it once",
        "/quick?q= ; 400 ; q is empty: give it a value, or leave it out", "/quick?q ; 400 ; q is empty",
        "/quick?from=a&q=+ ; 400 ; q is empty", "/quick?q=&q=a ; 400 ; parameter \"q\" comes twice",
        "/quick?= ; 400 ; there is no parameter",
        "/quick?x=a ; 400 ; there is no parameter \"x\": there are q, from",
        "/slow?q=a ; 400 ; there is no parameter \"q\": /slow takes none",
        "/quick/ ; 404 ; there is no /quick/: try /quick, /slow, /big, /wrong, /things/NAME",
        "/ ; 404 ; there is no /", "//quick ; 404 ; there is no //quick", "/./quick ; 404 ; there is no /./quick",
        "/x/../quick ; 404 ; there is no /x/../quick", "'/quick;a=b' ; 404 ; there is no /quick",
        "/%2e%2e/%2e%2e/etc/passwd ; 400 ; leave out each \"..\"", "/quick%00 ; 400 ; the path has a control character",
        "/things/one ; 401 ; who are you?",
        "/things/%zz ; 400 ; the path has a wrong escape: behind % there must be two hexadecimal digits",
        "/things ; 404 ; there is no /things", "/things/a%2Fb ; 404 ; there is no /things/a/b",
        "/things/% ; 400 ; the path has a wrong escape", "/things/%4 ; 400 ; the path has a wrong escape",
        "* ; 400 ; the path must begin with a slash", "quick ; 400 ; the path must begin with a slash"})
    void shouldNameWhatIsWrongWithATarget(final String target, final int code, final String message)
        throws IOException {
        start();

        assertThat(requireStatus(ask(get(target)), code).asText()).contains(message);

        requireServed();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "/quick?q=a+b%2Bc%20%7C ; {\"q\":\"a b+c |\"}", "/quick?q=%C3%BC ; {\"q\":\"\u00fc\"}",
        "/quick? ; {}", "/quick?&q=a& ; {\"q\":\"a\"}", "/%71uick ; {}",
        "/quick?q=a=b ; {\"q\":\"a=b\"}", "/quick?q=[a]?/:@!$'()* ; {\"q\":\"[a]?/:@!$'()*\"}",
        "http://localhost/quick ; {}"})
    void shouldTakeWhatIsRight(final String target, final String json) throws IOException {
        start();

        final Answer answer = ask(get(target));

        assertThat(answer.code()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(json + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "GET ; has no path", "GET /quick ; has no version of HTTP", "/quick ; has no path",
        "GET /quick HTTP/9.9 ; must be HTTP/1.1 or HTTP/1.0", "GET /quick X ; must be HTTP/1.1 or HTTP/1.0",
        "GET  HTTP/1.1 ; has no version of HTTP", "PRI * HTTP/2.0 ; has no version of HTTP",
        "'\u0001\u0002\u0003' ; has a character where none such may be",
        "'\u0016\u0003\u0001\u0002' ; HTTP here is without TLS", "GET /quick?q=a b HTTP/1.1 ; a space in a path as %20",
        "G\u00e4T /quick HTTP/1.1 ; has a character where none such may be"})
    void shouldRefuseWhatIsNoRequestLine(final String line, final String message) throws IOException {
        start();

        assertThat(requireStatus(ask(line + "\r\nHost: localhost\r\n\r\n"), 400).asText()).contains(message);
        requireServed();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "no colon ; 400 ; headers as NAME: VALUE", "Host: localhost: ; 400 ; more than one header Host",
        "Host: ; 400 ; more than one header Host", "Content-Length: -1 ; 400 ; Content-Length is no number",
        "Content-Length: x ; 400 ; Content-Length is no number: it must be the number of the body's bytes, in digits",
        "Content-Length: 99999999999999999999999 ; 400 ; Content-Length is greater than any body can be",
        "Content-Length: 3|Content-Length: 4 ; 400 ; more than one Content-Length",
        "Content-Length: 3|Transfer-Encoding: chunked ; 400 ; send one of them",
        "Transfer-Encoding: nonsense ; 400 ; it must be chunked", "Expect: the unexpected ; 417 ; 100-continue",
        ": empty ; 400 ; each must be NAME: VALUE", "X-\u0000: a ; 400 ; has a character",
        "X: a\u0000b ; 400 ; has a character", "Host: localhost|Host: localhost ; 400 ; more than one header Host",
        "' folded: a' ; 400 ; a header begins with a space"})
    void shouldRefuseHeadersThatAreWrong(final String headers, final int code, final String message)
        throws IOException {
        start();

        final Answer answer = ask(put((headers + '\n').replace('|', '\n').replace("\n", "\r\n")));

        assertThat(requireStatus(answer, code).asText()).contains(message);
        requireServed();
    }

    @Test
    void shouldSayWhatMayBeDone() throws IOException {
        start();

        for (final String method : List.of("POST", "DELETE", "PUT", "OPTIONS", "TRACE", "PATCH", "BREW", "get")) {
            final Answer answer = ask(method + " /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(requireStatus(answer, 405).asText()).contains(method + " is not what /quick can do: it must be");
            assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
        }
        final RawClient head = client().send("HEAD /quick?q=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(head.readHead()).containsEntry("content-length", "Content-Length: 10").containsKey("http/1.1");
        assertThat(head.send(get("/quick")).read().body()).isEqualTo("{}\n");
    }

    @Test
    void shouldBoundTheLengthOfLinesAndHeaders() throws IOException {
        start();

        assertThat(requireStatus(ask(get("/quick?q=" + "a".repeat(9_000))), 414).asText()).contains("8192");
        assertThat(requireStatus(ask(get("/quick?q=" + "a".repeat(30_000))), 414).asText()).contains("8192");
        final String header = "X: " + "a".repeat(30_000) + "\r\n";
        assertThat(requireStatus(ask("GET /quick HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n"), 431).asText())
            .contains("16384");
        final String many = "X: a\r\n".repeat(5_000);
        requireStatus(ask("GET /quick HTTP/1.1\r\nHost: localhost\r\n" + many + "\r\n"), 431);
        requireServed();
    }

    @Test
    void shouldTakeBodiesWithinTheirBound() throws IOException {
        start();
        final String most = "a".repeat(BODY_LENGTH);

        final RawClient client = client();
        assertThat(client.send(put("Content-Length: 4096\r\n") + most).read().body()).isEqualTo("{\"length\":4096}\n");
        assertThat(client.send(put("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").read()
            .body()).isEqualTo("{\"length\":5}\n");
        assertThat(client.send(put("")).read().body()).isEqualTo("{\"length\":0}\n");
        assertThat(client.send(get("/quick")).read().code()).isEqualTo(200);

        for (final String length : List.of("4097", "9223372036854775807")) {
            assertThat(requireStatus(ask(put("Content-Length: " + length + "\r\n")), 413).asText())
                .isEqualTo("the body is longer than 4096 bytes: shorten it");
        }
        requireStatus(ask(put("Transfer-Encoding: chunked\r\n") + "1000\r\n" + most + "\r\n1\r\na\r\n0\r\n\r\n"), 413);
        final RawClient sending = client().send(put("Content-Length: 9000000\r\n")).send(new byte[9_000_000]);
        requireStatus(sending.read(), 413);
        assertThat(sending.send(get("/quick")).read().code()).isEqualTo(200);
        final String post = put("Content-Length: 9000000\r\nConnection: close\r\n").replace("PUT", "POST");
        requireStatus(client().send(post).send(new byte[9_000_000]).read(), 405);
        requireStatus(ask(put("Transfer-Encoding: chunked\r\n") + "xyz\r\n"), 400);
        requireStatus(ask("PUT /things/one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n"), 401);
        final Answer beforeTheBody = client().send(put("Content-Length: 3\r\nExpect: 100-continue\r\n")).read();
        assertThat(beforeTheBody.code()).isEqualTo(100);
        requireServed();
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() throws IOException {
        start();

        final RawClient client = client().send(get("/quick?q=1") + get("/nothing") +
            put("Content-Length: 3\r\n") + "abc" + get("/quick?q=2"));

        assertThat(client.read().body()).isEqualTo("{\"q\":\"1\"}\n");
        requireStatus(client.read(), 404);
        assertThat(client.read().body()).isEqualTo("{\"length\":3}\n");
        assertThat(client.read().body()).isEqualTo("{\"q\":\"2\"}\n");
        requireStatus(ask("GET /quick HTTP/1.1\r\n\r\n"), 400);
        final RawClient old = client().send("GET /quick HTTP/1.0\r\n\r\n");
        assertThat(old.read().body()).isEqualTo("{}\n");
        assertThat(old.awaitClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]",
        "127.0.0.1@evil.example", "0.0.0.0", "1270.0.0.1", "xn--localhost-9za"})
    void shouldRefuseOtherHostsOnLoopback(final String host) throws IOException {
        start();

        final Answer answer = ask("GET /quick HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

        assertThat(answer.code()).as(answer.body()).isIn(400, 421);
        requireStatus(answer, answer.code());
        requireStatus(ask("GET http://" + host + "/quick HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), answer.code());
        requireStatus(ask("GET http://" + host + "/quick HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:4880", "127.0.0.1:1", "127.1.2.3", "[::1]:4880", "localhost."})
    void shouldTakeNamesOfLoopback(final String host) throws IOException {
        start();

        assertThat(ask("GET /quick HTTP/1.1\r\nHost: " + host + "\r\n\r\n").code()).isEqualTo(200);
    }

    @Test
    void shouldServeOthersBesideThoseThatSendOneByte() throws IOException {
        start();
        for (int i = 0; i < 4 * CONNECTIONS; i++) {
            client().send(i % 2 == 0 ? "G" : put("Content-Length: 3\r\n") + "a");
            requireServed();
        }

        assertThat(server.connections()).isLessThanOrEqualTo(CONNECTIONS);
        assertThat(clients.get(0).awaitClosed()).isTrue();
    }

    @Test
    void shouldServeQuicklyBesideWhatTakesLong() throws IOException {
        start();
        final RawClient first = client().send(get("/slow"));
        await().until(() -> working.get() == 1);
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            client().send(get("/slow"));
        }
        await().untilAsserted(() -> requireStatus(ask(get("/slow")), 503));

        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            requireServed();
        }
        // Those at work do not give way to newcomers.
        release.countDown();
        assertThat(first.read().body()).isEqualTo("\"/slow\"\n");
    }

    @Test
    void shouldKeepOneAddressFromTakingWhatOthersHave() throws IOException {
        start();
        final RawClient idle = client().send(get("/quick"));
        assertThat(idle.read().code()).isEqualTo(200);
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            client("127.0.0.2", 0).send(i % 2 == 0 ? get("/slow") : "G");
        }
        await().until(() -> working.get() == 1);
        final RawClient other = client("127.0.0.3", 0).send(get("/slow"));

        await().until(() -> working.get() == 2);
        release.countDown();
        assertThat(other.read().code()).isEqualTo(200);
        assertThat(idle.send(get("/quick")).read().code()).isEqualTo(200);
    }

    @Test
    void shouldCloseConnectionsWhoseTimeIsOver() throws IOException {
        start(limits(SHORT, LONG, LONG, LONG));
        assertThat(client().awaitClosed()).isTrue();
        final RawClient served = client().send(get("/quick"));
        assertThat(served.read().code()).isEqualTo(200);
        assertThat(served.awaitClosed()).isTrue();
        server.close();

        start(limits(LONG, SHORT, LONG, LONG));
        assertThat(client().send("GET /quick HTTP/1.1\r\n").awaitClosed()).isTrue();
        server.close();

        start(limits(LONG, LONG, SHORT, LONG));
        assertThat(client().send(put("Content-Length: 3\r\n") + "a").awaitClosed()).isTrue();
        await().until(() -> server.connections() == 0);
    }

    @Test
    void shouldCloseConnectionsThatDoNotTakeTheirAnswer() throws IOException {
        // An answer of this length has 64 s on top, which are taken away here.
        start(limits(LONG, LONG, LONG, SHORT.minusMinutes(2)));
        client("127.0.0.1", 4_096).send(get("/big"));

        await().until(() -> built.get() == 1 && server.connections() == 0);
    }

    @Test
    void shouldGiveMemoryOfSlowReadersToOthers() throws IOException {
        start();
        for (int i = 1; i <= 6; i++) {
            client("127.0.0.1", 4_096).send(get("/big"));
            final int all = i;
            await().until(() -> built.get() >= all);
        }

        await().until(() -> {
            final Answer answer = ask(get("/big"));
            assertThat(answer.code()).isIn(200, 503);
            return answer.code() == 200 && answer.body().length() == BIG_LENGTH;
        });
    }

    @Test
    void shouldTellAFailureOfThisSideFromOneOfTheClient() throws IOException {
        start();

        assertThat(requireStatus(ask(get("/wrong")), 500).asText()).contains("wrong on this side");
        requireServed();
    }

    @Test
    void shouldNameTheAddressThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> JsonServer.listen(new JsonServer.Settings("test-http", "127.0.0.1",
                taken.getLocalPort(), 2, HttpLimits.ofProcess())))
                .hasMessage("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": Address already in use");
        }
        assertThatThrownBy(() -> JsonServer.listen(new JsonServer.Settings("test-http", "no such host", 1, 2,
            HttpLimits.ofProcess()))).hasMessageContaining("the host is not known");
    }

    @Test
    void shouldKeepDescriptorsForOthers() {
        assertThat(HttpLimits.connections(1_000_000)).isEqualTo(256);
        assertThat(HttpLimits.connections(1_024)).isEqualTo(128);
        assertThat(HttpLimits.connections(64)).isEqualTo(16);
    }
}
