package herald.tools;

import com.fasterxml.jackson.databind.ObjectMapper;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import herald.tools.admin.AdminServer;
import herald.tools.policy.EventPolicies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Event policies and maintenance mode through the admin endpoint of a running proxy, delivered to receivers on
 * loopback.
 */
@Timeout(120)
class PolicyCommandTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int RECEIVE_TIMEOUT_MS = 20_000;

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private DatagramSocket first;
    private DatagramSocket second;
    private EventProxy proxy;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        first = receiver();
        second = receiver();
        startProxy();
    }

    @AfterEach
    void stop() {
        stopProxy();
        first.close();
        second.close();
    }

    private static DatagramSocket receiver() throws IOException {
        final DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout(RECEIVE_TIMEOUT_MS);
        return socket;
    }

    private void startProxy() throws IOException {
        proxy = EventProxy.launch(new EventProxy.Context().dataDir(dataDir()).node("node-1").dedupKeyLimit(10_000)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)).dedupIntervalNs(1));
        server = AdminServer.start(
            new Endpoint("127.0.0.1", 0), proxy, new EventPolicies(proxy.dataDir(), proxy.writers()));
    }

    private void stopProxy() {
        server.close();
        proxy.close();
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Cli herald(final String... args) {
        final String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--data-dir=" + dataDir();
        return Cli.run(all);
    }

    private Cli apply(final String text) throws IOException {
        return herald("policy", "apply", "-f", Files.writeString(dir.resolve("policy.yaml"), text).toString());
    }

    private static String policy(final String spec, final DatagramSocket... targets) {
        final StringBuilder text = new StringBuilder("kind: EventPolicy\nmeta: {name: all}\nspec:\n" + spec);
        text.append("  targets:\n");
        for (final DatagramSocket target : targets) {
            text.append("    - {destination: 127.0.0.1, transport: UDP/").append(target.getLocalPort()).append("}\n");
        }
        return text.toString();
    }

    private void record(final Severity severity, final String... messages) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
            .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dataDir()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir()).toString()))) {
            long last = 0;
            for (final String message : messages) {
                last = recorder.record(ClusterEvents.LEADER_LOST, severity, message, null);
            }
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
        }
    }

    private static String receive(final DatagramSocket receiver) throws IOException {
        final DatagramPacket packet = new DatagramPacket(new byte[4_096], 4_096);
        receiver.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldCreateShowChangeAndDeleteAPolicy() throws IOException {
        final String text = policy("  facility: local4\n  prefix: fleet-7/\n", first);

        assertThat(apply(text).out()).isEqualTo("eventpolicy/all created\n");
        assertThat(apply(text).out()).isEqualTo("eventpolicy/all unchanged\n");
        record(Severity.WARN, "one");
        assertThat(receive(first)).startsWith("<164>1 ").contains(" fleet-7/cmd - ").endsWith(" one");
        assertThat(herald("policy", "list").out().lines().toList()).hasSize(2).last().asString()
            .matches("all +syslog-rfc5424 +enforced +UDP/" + first.getLocalPort() + "@127.0.0.1");
        final Cli shown = herald("policy", "get", "all");
        assertThat(shown.out()).contains("facility: local4").doesNotContain("null");
        assertThat(apply(shown.out()).out()).isEqualTo("eventpolicy/all unchanged\n");

        assertThat(apply(policy("  format: syslog-bsd\n", first)).out()).isEqualTo("eventpolicy/all updated\n");
        record(Severity.WARN, "two");
        assertThat(receive(first)).startsWith("<12>").contains(" node-1 cmd: [herald@32473 ").endsWith(" two");

        assertThat(herald("policy", "delete", "all").out()).isEqualTo("eventpolicy/all deleted\n");
        assertThat(herald("policy", "list").out().lines().toList()).hasSize(1);
        assertThat(proxy.writers().failing()).isEmpty();
        final Cli gone = herald("policy", "get", "all");
        assertThat(gone.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(gone.err()).contains("there is no policy \"all\"");
        assertThat(herald("policy", "delete", "all").exitCode()).isEqualTo(ExitCode.IO);
    }

    /** A target where nobody listens has not got anything; what its filter hides it would not have got. */
    @Test
    void shouldSayWhatADeletedPolicyDidNotDeliver() throws Exception {
        final int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        final String text = "kind: EventPolicy\nmeta: {name: all}\nspec:\n  filter: {severity: WARN}\n" +
            "  targets: [{destination: 127.0.0.1, transport: TCP/" + closed + "}]\n";
        for (final boolean overHttp : new boolean[] {false, true}) {
            assertThat(apply(text).out()).isEqualTo("eventpolicy/all created\n");
            final long dispatched = proxy.counters().get(ProxyCounter.DISPATCHED);
            record(Severity.WARN, "one", "two", "three");
            record(Severity.INFO, "hidden");
            await().until(() -> proxy.counters().get(ProxyCounter.DISPATCHED) == dispatched + 4);
            if (overHttp) {
                final String token =
                    mapper.readTree(Files.readString(dataDir().resolve("admin.json"))).get("token").asText();
                final String answer = http("DELETE", "/v1/policies/all", token).body();
                assertThat(mapper.readTree(answer)).isEqualTo(mapper.readTree(
                    "{\"kind\":\"Status\",\"code\":200,\"message\":\"deleted\",\"undelivered\":3}"));
            } else {
                assertThat(herald("policy", "delete", "all").out())
                    .isEqualTo("eventpolicy/all deleted, 3 events were not delivered to its targets\n");
            }
        }
    }

    @Test
    void shouldTakeThePolicyOfThePage() throws IOException {
        final Path root = RepositoryRoot.find();
        final Markdown.Block block =
            Markdown.blocks(Files.readAllLines(root.resolve("docs/policies.md")), "yaml").get(0);

        final Cli applied = apply(
            block.text().replace("/etc/herald/", root.resolve("tools/src/test/resources/tls") + "/"));

        assertThat(applied.out()).as(applied.err()).isEqualTo("eventpolicy/security created\n");
        assertThat(proxy.writers().failing()).containsOnlyKeys(
            "policy-security--tls-logs-example-com-6514", "policy-security--udp-10-0-0-7-514");
    }

    @Test
    void shouldKeepThePositionOfATargetThatStays() throws IOException {
        apply(policy("", first));
        record(Severity.WARN, "one");
        assertThat(receive(first)).endsWith(" one");

        apply(policy("  filter: {severity: WARN}\n", first, second));
        record(Severity.INFO, "hidden");
        record(Severity.CRITICAL, "two");
        assertThat(receive(first)).endsWith(" two");
        assertThat(receive(second)).endsWith(" two");

        apply(policy("  filter: \"not severity=CRITICAL\"\n", second));
        record(Severity.CRITICAL, "hidden");
        record(Severity.INFO, "three");
        assertThat(receive(second)).endsWith(" three");
        apply(policy("", first, second));
        record(Severity.INFO, "four");
        assertThat(receive(first)).endsWith(" four");
    }

    @Test
    void shouldBeInForceAgainAfterARestart() throws IOException {
        apply(policy("", first));
        herald("maintenance", "on");
        stopProxy();
        startProxy();

        assertThat(herald("maintenance").out()).isEqualTo("maintenance=on\n");
        record(Severity.WARN, "suppressed");
        assertThat(herald("maintenance", "off").out()).isEqualTo("maintenance=off\n");
        record(Severity.WARN, "delivered");
        assertThat(receive(first)).endsWith(" delivered");
    }

    @Test
    void shouldLeaveAPolicyThatCannotBeReadAndKeepTheOthers() throws IOException {
        apply(policy("", first));
        stopProxy();
        final Path policies = dataDir().resolve("policies");
        Files.writeString(policies.resolve("broken.yaml"), "kind: [");
        Files.writeString(policies.resolve("tls.yaml"), "kind: EventPolicy\nmeta: {name: tls}\nspec:\n  targets:\n" +
            "    - {destination: h, transport: TLS/6514, ca-file: " + dir.resolve("none") + "}\n");
        startProxy();

        record(Severity.WARN, "one");
        assertThat(receive(first)).endsWith(" one");
        assertThat(herald("policy", "list").out()).contains("not-enforced");
        assertThat(herald("policy", "delete", "tls").exitCode()).isZero();
        assertThat(herald("policy", "delete", "broken").exitCode()).isZero();
        assertThat(policies.toFile().list()).containsExactly("all.yaml");
    }

    @Test
    void shouldWriteIntoNoFileOfTheUsersWhateverItsName() throws IOException {
        stopProxy();
        final Path policies = dataDir().resolve("policies");
        final Path victim = Files.writeString(dir.resolve("victim"), "precious");
        final List<Path> links = List.of(policies.resolve("all.tmp"), policies.resolve("all.yaml.tmp"),
            policies.resolve(".all.yaml.0123456789abcde0.tmp"), dataDir().resolve("admin.tmp"),
            dataDir().resolve("admin.json.tmp"));
        for (final Path link : links) {
            Files.createSymbolicLink(link, victim);
        }
        final Path notes = Files.writeString(policies.resolve(".notes.tmp"), "precious");
        final Path left = Files.writeString(policies.resolve(".all.yaml.0123456789abcdef.tmp"), "kind: [");
        startProxy();
        assertThat(left).doesNotExist();

        assertThat(apply(policy("", first)).exitCode()).isZero();
        assertThat(victim).hasContent("precious");
        assertThat(links).allMatch(Files::isSymbolicLink);
        assertThat(notes).hasContent("precious");
        final Path file = policies.resolve("all.yaml");
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(policies.toFile().list()).hasSize(5);
    }

    @Test
    void shouldReplaceNoLinkAndNoDirectoryByAPolicy() throws IOException {
        final Path file = dataDir().resolve("policies/all.yaml");
        final Path victim = Files.writeString(dir.resolve("victim"), "precious");
        Files.createSymbolicLink(file, victim);
        final Cli linked = apply(policy("", first));
        assertThat(linked.exitCode()).isEqualTo(ExitCode.DATA);
        assertThat(linked.err()).contains(file + " is a link", "move it away");
        assertThat(victim).hasContent("precious");
        assertThat(file).isSymbolicLink();

        Files.delete(file);
        Files.createDirectory(file);
        assertThat(apply(policy("", first)).err()).contains(file + " is a directory", "move it away");
        assertThat(file).isEmptyDirectory();
        assertThat(proxy.writers().failing()).isEmpty();
        assertThat(dataDir().resolve("policies").toFile().list()).containsExactly("all.yaml");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "kind: Policy | kind is \"Policy\": it must be EventPolicy",
        "meta: {name: A b} | meta.name is \"A b\"",
        "spec: {} | spec.targets is empty",
        "spec: {targets: []} | spec.targets is empty",
        "spec: {format: syslog-rfc1, targets: [{destination: h, transport: UDP/514}]} | spec.format is \"syslog-rfc1\"",
        "spec: {targets: [{transport: UDP/514}]} | spec.targets[1] has no destination",
        "spec: {targets: [{destination: h}]} | spec.targets[1] has no transport",
        "spec: {targets: [{destination: h, transport: SCTP/514}]} | spec.targets[1]: transport \"SCTP/514\" is not",
        "spec: {targets: [{destination: h, transport: UDP}]} | write UDP/514, TCP/6514 or TLS/6514",
        "spec: {targets: [{destination: h, transport: UDP/0}]} | spec.targets[1]: port 0 of \"UDP/0\" is not from 1",
        "spec: {targets: [{destination: h, transport: TCP/65536}]} | port 65536 of \"TCP/65536\" is not from 1",
        "spec: {targets: [{destination: h:1, transport: UDP/1}]} | spec.targets[1]: destination \"h:1\"",
        "spec: {targets: [{destination: h, transport: UDP/1}, {destination: h, transport: udp/1}]} | "
            + "spec.targets[2] is a duplicate of spec.targets[1]",
        "spec: {facility: local8, targets: [{destination: h, transport: UDP/514}]} | facility \"local8\"",
        "spec: {filter: {severity: HIGH}, targets: [{destination: h, transport: UDP/1}]} | spec.filter:",
        "spec: {targets: [{destination: h, transport: UDP/1, framing: newline}]} | has no option framing",
        "spec: {target: []} | \"spec.target\" is no setting; there are facility, filter, format, prefix, targets"})
    void shouldNameTheFieldThatIsWrongAndChangeNothing(final String line, final String reason) throws IOException {
        final String rest = (line.startsWith("kind") ? "" : "kind: EventPolicy\n") +
            (line.startsWith("meta") ? "" : "meta: {name: wrong}\n") +
            (line.startsWith("spec") ? "" : "spec: {targets: [{destination: h, transport: UDP/514}]}\n");

        final Cli applied = apply(rest + line + "\n");

        assertThat(applied.exitCode()).isEqualTo(ExitCode.DATA);
        assertThat(applied.err()).contains(reason);
        assertThat(herald("policy", "list").out().lines().toList()).hasSize(1);
        assertThat(proxy.writers().failing()).isEmpty();
        assertThat(dataDir().resolve("policies").toFile().list()).isEmpty();
    }

    @Test
    void shouldSayHowTheProxyIsToAnybodyAndTheRestToItsOwnerAlone() throws Exception {
        apply(policy("", first));

        final HttpResponse<String> health = http("GET", "/healthz", null);
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(mapper.readTree(health.body()).get("status").asText()).isEqualTo("ok");
        assertThat(mapper.readTree(health.body()).get("writers").fieldNames().next()).startsWith("policy-all--udp-");
        assertThat(http("GET", "/v1/policies", null).statusCode()).isEqualTo(401);
        assertThat(http("DELETE", "/v1/policies/all", "wrong").statusCode()).isEqualTo(401);
        assertThat(http("GET", "/nothing", null).statusCode()).isEqualTo(404);
        final Path secret = dataDir().resolve("admin.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret))).isEqualTo("rw-------");
        final String token = mapper.readTree(secret.toFile()).get("token").asText();
        assertThat(http("GET", "/v1/policies/all", token).statusCode()).isEqualTo(200);
        assertThat(http("POST", "/v1/policies/all", token).statusCode()).isEqualTo(405);
        assertThat(http("PUT", "/v1/policies/other", token).statusCode()).isEqualTo(400);
        assertThat(http("PUT", "/v1/maintenance", token).body())
            .contains("it must be {\\\"maintenance\\\":\\\"on\\\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/policies/..%2F..%2Fvictim%2Fherald, 404", "/v1/policies/../../victim/herald, 404",
        "/v1/policies/%2e%2e%2f%2e%2e%2fvictim%2fherald, 404", "/v1/policies/all%2F..%2Fall, 404",
        "/v1/policies/.., 400", "/v1/policies/..%5C..%5Cvictim, 400", "/v1/policies/All, 400",
        "/v1/policies/all%00, 400", "/v1/policies/a.b, 400", "/v1/policies/-, 400", "/v1/policies/a--b, 400",
        "/v1/policies/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 400", "/v1/policies/all/, 404",
        "/v1/policiesall, 404", "/v1/policies-/all, 404", "/v1/maintenance/all, 404", "/v1/maintenanceoff, 404",
        "/v1, 404", "/healthz/all, 404"})
    void shouldTakeNothingButANameForAPolicy(final String path, final int code) throws Exception {
        final Path victim = Files.writeString(
            Files.createDirectory(dir.resolve("victim")).resolve("herald.yaml"), policy("", first));
        apply(policy("", first));
        final String token = mapper.readTree(dataDir().resolve("admin.json").toFile()).get("token").asText();

        for (final String method : new String[]{"GET", "PUT", "DELETE"}) {
            final HttpResponse<String> answer = http(method, path, token);
            assertThat(answer.statusCode()).as(method + ' ' + answer.body()).isEqualTo(code);
            assertThat(mapper.readTree(answer.body()).get("code").asInt()).isEqualTo(code);
        }

        assertThat(victim).exists();
        assertThat(dataDir().resolve("policies").toFile().list()).containsExactly("all.yaml");
        assertThat(proxy.writers().failing()).hasSize(1);
    }

    private HttpResponse<String> http(final String method, final String path, final String token) throws Exception {
        final HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
            .method(method, HttpRequest.BodyPublishers.ofString("PUT".equals(method) ? policy("", first) : ""));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void shouldSayThatNoProxyRuns() {
        final Cli none = Cli.run("policy", "list", "--data-dir=" + dir.resolve("none"));

        assertThat(none.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(none.err()).contains("no proxy runs in " + dir.resolve("none"));
        assertThat(Cli.run("policy").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Cli.run("maintenance", "maybe").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Cli.run("policy", "apply", "-f", dir.resolve("none").toString()).exitCode()).isEqualTo(ExitCode.IO);
    }
}
