package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.io.TreeRemoval;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A proxy with a media driver of its own in a directory that it was told. It is killed and started again at once, as a
 * supervisor does, or its directory is removed under it: it has a link again, and every event is journaled.
 *
 * <pre>
 *   record --stdin ══ driver in the proxy ──► journal
 * </pre>
 */
@Tag("slow")
@Timeout(180)
class ProxyRestartTest {
    private static final int PART = 100;

    @TempDir
    private Path dir;
    private int recorded;

    private Path aeronDir() {
        return dir.resolve("driver");
    }

    private HeraldProcess proxy() throws IOException {
        return HeraldProcess.proxy(dir, dir.resolve("data"), "--aeron-dir=" + aeronDir());
    }

    private HeraldProcess record() throws IOException {
        return HeraldProcess.startWith(Redirect.PIPE, dir, "record", "--data-dir=" + dir.resolve("data"),
            "--aeron-dir=" + aeronDir(), "--component=cmd", "--stdin", "--timeout=60s");
    }

    private void feed(final HeraldProcess record) throws IOException {
        final OutputStream in = record.stdin();
        for (int i = 0; i < PART; i++) {
            in.write(("{\"type\":\"cluster.ElectionStarted\",\"message\":\"" + recorded++ + "\"}\n")
                .getBytes(StandardCharsets.UTF_8));
        }
        in.flush();
    }

    private void awaitJournaled() {
        await().atMost(60, TimeUnit.SECONDS).until(() -> stat().contains(recorded + "  events journaled"));
    }

    private String stat() throws IOException, InterruptedException {
        return HeraldProcess.run(dir, "stat", "--data-dir=" + dir.resolve("data")).out();
    }

    private JsonNode health() throws IOException, InterruptedException {
        final ObjectMapper mapper = new ObjectMapper();
        final JsonNode admin = mapper.readTree(Files.readString(dir.resolve("data/admin.json")));
        final URI uri = URI.create("http://" + admin.get("address").asText() + "/healthz");
        return mapper.readTree(HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body());
    }

    @AfterEach
    void tearDown() {
        TreeRemoval.remove(aeronDir());
    }

    @Test
    void shouldHaveALinkWhereItWasKilledAndStartedAgainAtOnce() throws Exception {
        HeraldProcess proxy = proxy();
        try (HeraldProcess record = record()) {
            for (int round = 0; round < 2; round++) {
                feed(record);
                awaitJournaled();
                proxy.kill();
                feed(record);
                proxy = proxy();
                assertThat(health().get("link").asText()).as(proxy.err()).isEqualTo("ok");
            }
            feed(record);
            record.stdin().close();
            assertThat(record.exitCode()).as(record.err()).isZero();
            awaitJournaled();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        } finally {
            proxy.close();
        }
        assertThat(aeronDir()).doesNotExist();
    }

    @Test
    void shouldStartADriverWhereItsDirectoryWasRemovedUnderIt() throws Exception {
        try (HeraldProcess proxy = proxy(); HeraldProcess record = record()) {
            feed(record);
            awaitJournaled();
            TreeRemoval.remove(aeronDir());
            feed(record);
            record.stdin().close();
            assertThat(record.exitCode()).as(record.err()).isZero();
            awaitJournaled();
            assertThat(health().get("status").asText()).as(proxy.err()).isEqualTo("ok");
        }
    }

    @Test
    void shouldEndADriverWhoseFilesWereRemovedUnderIt() throws Exception {
        try (HeraldProcess driver = HeraldProcess.start(dir, "driver", "--aeron-dir=" + aeronDir())) {
            driver.awaitOut("ready");
            TreeRemoval.remove(aeronDir());
            assertThat(driver.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(driver.err()).contains("removed", aeronDir().toString());
        }
    }

    @Test
    void shouldSayThatThereIsNoLink() throws Exception {
        final Path config = Files.writeString(dir.resolve("herald.yaml"), "aeron:\n  external: true\n");
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dir.resolve("data"), "--aeron-dir=" + aeronDir(),
            "--config=" + config)) {
            await().atMost(60, TimeUnit.SECONDS).until(() -> health().get("status").asText().equals("no-link"));
            assertThat(health().get("link").asText()).contains("no media driver", aeronDir().toString());
            assertThat(stat()).contains("the proxy has no media driver");
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    /** The client would wait for a sign of life for longer than this test. */
    @Test
    void shouldSayThatThereIsNoLinkAsSoonAsTheDriversProcessHasEnded() throws Exception {
        final Path config = Files.writeString(dir.resolve("herald.yaml"),
            "aeron:\n  external: true\n  driver-timeout: 10m\n");
        try (HeraldProcess driver = HeraldProcess.start(dir, "driver", "--aeron-dir=" + aeronDir(), "--timeout=10m")) {
            driver.awaitOut("ready");
            try (HeraldProcess proxy = HeraldProcess.proxy(dir, dir.resolve("data"), "--aeron-dir=" + aeronDir(),
                "--config=" + config)) {
                assertThat(health().get("link").asText()).isEqualTo("ok");
                driver.kill();
                await().atMost(60, TimeUnit.SECONDS).until(() -> health().get("status").asText().equals("no-link"));
                assertThat(health().get("link").asText()).contains("no media driver is alive", aeronDir().toString());
                assertThat(proxy.isAlive()).isTrue();
            }
        }
    }

    @Test
    void shouldNotSayThatItIsConnectedToADriverThatServesAnotherProxy() throws Exception {
        final List<String> verbose = List.of("-Dorg.slf4j.simpleLogger.log.herald=info");
        final String driverDir = "--aeron-dir=" + aeronDir();
        try (HeraldProcess driver = HeraldProcess.start(dir, "driver", driverDir)) {
            driver.awaitOut("ready");
            try (HeraldProcess first = HeraldProcess.startWith(
                verbose, dir, "proxy", "--data-dir=" + dir.resolve("data"), driverDir)) {
                first.awaitOut("ready");
                assertThat(first.err()).containsOnlyOnce("connected to the media driver");
                assertRefusedAndNeverConnected(HeraldProcess.startWith(
                    verbose, dir, "proxy", "--data-dir=" + dir.resolve("other"), driverDir));
            }
        }
    }

    private static void assertRefusedAndNeverConnected(final HeraldProcess started) throws InterruptedException {
        try (HeraldProcess second = started) {
            assertThat(second.exitCode()).as(second.err()).isNotZero();
            assertThat(second.err()).contains("is in use by the proxy of data directory")
                .doesNotContain("connected to the media driver");
        }
    }
}
