package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.engine.EventProxy;
import herald.link.Endpoint;
import herald.tools.admin.AdminServer;
import herald.tools.policy.EventPolicies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Strangers at the admin endpoint of a proxy, and an admin endpoint that is a stranger's.
 */
@Timeout(120)
class AdminEndpointTest {
    @TempDir
    private static Path shared;
    private static EventProxy proxy;
    private static AdminServer server;
    private static EventPolicies policies;

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        proxy = EventProxy.launch(new EventProxy.Context().dataDir(shared.resolve("data")).node("node-1")
            .dedupKeyLimit(10_000).batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)));
        policies = new EventPolicies(proxy.dataDir(), proxy.writers());
        server = AdminServer.start(
            new Endpoint("127.0.0.1", 0), proxy, policies);
    }

    @AfterAll
    static void stop() {
        server.close();
        proxy.close();
    }

    @AfterEach
    void close() throws Exception {
        for (final AutoCloseable each : opened) {
            each.close();
        }
    }

    private JsonNode address() throws IOException {
        return mapper.readTree(proxy.dataDir().resolve("admin.json").toFile());
    }

    private String token() throws IOException {
        return address().get("token").asText();
    }

    private static InetSocketAddress endpoint() {
        return new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Endpoint.parse("address", server.address()).port());
    }

    private Socket send(final byte[] bytes) throws IOException {
        final Socket socket = new Socket(endpoint().getAddress(), endpoint().getPort());
        opened.add(socket);
        socket.getOutputStream().write(bytes);
        return socket;
    }

    private String ask(final String head, final byte[] body) throws IOException {
        final ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((head + "\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token() +
            "\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return new String(send(request.toByteArray()).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private String get(final String target) throws IOException {
        return ask("GET " + target + " HTTP/1.1", new byte[0]);
    }

    private JsonNode body(final String answer) throws IOException {
        return mapper.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    @Test
    void shouldServeItsOwnerBesideStrangersThatSendOneByte() throws IOException {
        for (int i = 0; i < 300; i++) {
            send(new byte[] {'G'});
        }

        assertThat(Cli.run("policy", "list", "--data-dir=" + proxy.dataDir()).exitCode()).isZero();
        assertThat(Cli.run("maintenance", "--data-dir=" + proxy.dataDir()).out()).isEqualTo("maintenance=off\n");
        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[", "{", "]", "null", "1", "\"text\"", "&a [*a]", "*none", "? [", "!!java.lang.Runtime {}", "--- \n---",
        "kind: EventPolicy", "kind: [", "spec: {targets: 1}", "{\"kind\":", "\u0000", "\ufeff", "kind: !!binary x",
        "kind: EventPolicy\nmeta: {name: 1e999999999}", "kind: EventPolicy\nmeta: null\nspec: null",
        "kind: EventPolicy\nmeta: {name: p}\nspec: {targets: [null]}",
        "kind: EventPolicy\nmeta: {name: p}\nspec: {filter: null, targets: [{destination: h, transport: UDP/514}, 1]}",
        "kind: EventPolicy\nmeta: {name: p}\nspec: {targets: [{destination: null, transport: UDP/514}]}",
        "kind: EventPolicy\nmeta: {name: p}\nspec: {facility: {}, targets: [{destination: h, transport: UDP/514}]}",
        "kind: EventPolicy\nmeta: {name: p}\nspec: {filter: 'not not', targets: [{destination: h, transport: UDP/1}]}"})
    void shouldAnswerAnyBodyThatIsWrongWith400(final String text) throws IOException {
        for (final String path : List.of("/v1/policies/p", "/v1/maintenance")) {
            final String answer = ask("PUT " + path + " HTTP/1.1", text.getBytes(StandardCharsets.UTF_8));
            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(body(answer).get("message").asText()).isNotBlank();
        }
    }

    @ParameterizedTest
    @CsvSource({"[, 100000", "'{a: ', 50000", "'- ', 100000", "'&a [*a,', 50000", "'{\"a\":', 100000", "'(', 100000"})
    void shouldAnswerWhatIsNestedWith400(final String part, final int times) throws IOException {
        final byte[] body = part.repeat(times).getBytes(StandardCharsets.UTF_8);

        assertThat(ask("PUT /v1/policies/p HTTP/1.1", body)).startsWith("HTTP/1.1 400 ");
        assertThat(ask("PUT /v1/maintenance HTTP/1.1", body)).startsWith("HTTP/1.1 400 ").hasSizeLessThan(1_000);
        assertThat(ask("PUT /v1/policies/p HTTP/1.1",
            ("kind: EventPolicy\nmeta: {name: p}\nspec: {targets: [{destination: h, transport: UDP/1}], filter: \"" +
                "not (".repeat(times / 10) + "\"}\n").getBytes(StandardCharsets.UTF_8)))
            .startsWith("HTTP/1.1 400 ");
        assertThat(ask("PUT /v1/policies/p HTTP/1.1", new byte[] {(byte)0xC3, 0x28})).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void shouldSayInJsonWhatSettingsMayNotHold() throws IOException {
        final String put = "PUT /v1/policies/p HTTP/1.1";

        assertThat(ask(put, ("{\"kind\":" + "[".repeat(20_000)).getBytes(StandardCharsets.UTF_8))).contains(
            "HTTP/1.1 400 ", "\"message\":\"policy p:1: lists and sections are nested deeper than 100 levels");
        assertThat(ask(put, "{\"kind\":\"\\ud800\"}".getBytes(StandardCharsets.UTF_8))).contains(
            "HTTP/1.1 400 ", "\"message\":\"policy p:1: \\\\uD800 is half a surrogate pair");
        assertThat(ask(put, "kind: !!python/name:os x".getBytes(StandardCharsets.UTF_8))).contains(
            "HTTP/1.1 400 ", "\"message\":\"policy p:1: !!python/name:os is a tag that is not known here");
    }

    /** Changes of policies wait for each other. */
    @Test
    void shouldSayHowItIsWhileAPolicyTakesLong() throws Exception {
        final byte[] policy = ("kind: EventPolicy\nmeta: {name: slow}\nspec:\n  targets:\n    - {destination: " +
            "127.0.0.1, transport: TLS/6514, ca-file: " + dir.resolve("none.pem") + "}\n")
            .getBytes(StandardCharsets.UTF_8);
        final Socket put;
        synchronized (policies) {
            put = send(("PUT /v1/policies/slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                token() + "\r\nConnection: close\r\nContent-Length: " + policy.length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
            put.getOutputStream().write(policy);
            for (int i = 0; i < 20; i++) {
                assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ");
            }
            assertThat(put.getInputStream().available()).isZero();
        }

        assertThat(new String(put.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void shouldSayWhatIsWrongInJson() throws IOException {
        assertThat(ask("PUT /v1/policies/p HTTP/1.1", new byte[2 * 1024 * 1024])).startsWith("HTTP/1.1 413 ")
            .contains("the body is longer than 1048576 bytes");
        assertThat(ask("POST /v1/policies/p HTTP/1.1", new byte[0])).startsWith("HTTP/1.1 405 ")
            .contains("Allow: GET, PUT, DELETE, HEAD");
        assertThat(get("/healthz?x=y")).startsWith("HTTP/1.1 400 ").contains("/healthz takes none");
        assertThat(get("/v1/policies/a|b")).contains("\\\"|\\\" must be written as %7C");
        assertThat(new String(send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".getBytes(
            StandardCharsets.UTF_8)).getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void shouldProveThatItHasTheToken() throws Exception {
        final String nonce = "0123456789abcdef".repeat(4);
        final Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(token().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));

        assertThat(body(get("/v1/proof?nonce=" + nonce)).get("proof").asText()).isEqualTo(HexFormat.of().formatHex(
            mac.doFinal(("herald admin proof\n" + server.address() + "\n" + nonce).getBytes(StandardCharsets.UTF_8))));
        assertThat(get("/v1/proof")).startsWith("HTTP/1.1 400 ").contains("nonce is missing");
        assertThat(get("/v1/proof?nonce=0123")).startsWith("HTTP/1.1 400 ").contains("nonce is \\\"0123\\\"");
    }

    /** Says something, and keeps what it hears. */
    private final class Stranger implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

        Stranger(final String says) throws IOException {
            final Thread thread = new Thread(() -> {
                try {
                    while (true) {
                        try (Socket client = listening.accept()) {
                            answer(client, says);
                        }
                    }
                } catch (final IOException e) {
                    // Closed.
                }
            }, "stranger");
            thread.setDaemon(true);
            thread.start();
            opened.add(this);
        }

        private void answer(final Socket client, final String says) throws IOException {
            final byte[] request = new byte[8_192];
            final int length = client.getInputStream().read(request);
            hear(request, length);
            if (says.equals("what the proxy says")) {
                relay(client, request, length);
                return;
            }
            client.getOutputStream().write(says.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            hear(client.getInputStream().readAllBytes());
        }

        private void relay(final Socket client, final byte[] request, final int length) throws IOException {
            try (Socket real = new Socket(endpoint().getAddress(), endpoint().getPort())) {
                final OutputStream out = real.getOutputStream();
                out.write(new String(request, 0, length, StandardCharsets.UTF_8)
                    .replaceFirst("Host: .*\r\n", "Host: localhost\r\nConnection: close\r\n")
                    .getBytes(StandardCharsets.UTF_8));
                real.getInputStream().transferTo(client.getOutputStream());
            }
            final InputStream more = client.getInputStream();
            hear(more.readAllBytes());
        }

        private synchronized void hear(final byte[] bytes) {
            hear(bytes, bytes.length);
        }

        private synchronized void hear(final byte[] bytes, final int length) {
            heard.write(bytes, 0, Math.max(0, length));
        }

        synchronized String heard() {
            return heard.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    /** A proxy was killed and left its address behind. Somebody else has the port now. */
    @ParameterizedTest
    @ValueSource(strings = {
        "", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"proof\":\"00\"}", "220 mail.example ESMTP\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[[[", "what the proxy says"})
    void shouldSendTheTokenToNobodyWhoDoesNotProveToHaveIt(final String says) throws Exception {
        final Stranger stranger = new Stranger(says);
        final Path data = Files.createDirectory(dir.resolve("data"));
        final Path left = Files.createFile(data.resolve("admin.json"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(left, mapper.writeValueAsString(mapper.createObjectNode()
            .put("address", "127.0.0.1:" + stranger.listening.getLocalPort()).put("token", token())));

        for (final List<String> command : List.of(List.of("policy", "list"), List.of("policy", "get", "p"),
            List.of("maintenance", "on"))) {
            final List<String> args = new ArrayList<>(command);
            args.add("--data-dir=" + data);
            final Cli called = Cli.run(args.toArray(new String[0]));
            assertThat(called.exitCode()).as(called.err()).isEqualTo(ExitCode.IO);
            assertThat(called.err()).contains("no proxy runs in " + data, "was not sent its token");
        }

        assertThat(stranger.heard()).contains("GET /v1/proof?nonce=").doesNotContain(token());
        assertThat(proxy.maintenance()).isFalse();
    }
}
