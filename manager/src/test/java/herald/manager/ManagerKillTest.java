package herald.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three nodes and a manager in processes of their own, each killed at random: in the end the manager's index is the
 * union of the nodes' dispatch logs, with the newest counts.
 */
@Tag("slow")
@Timeout(1_800)
class ManagerKillTest {
    private static final int NODES = 3;
    private static final int SECONDS = Integer.getInteger("herald.soak", 20);
    private static final List<String> OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-Xmx256m");

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private ChildProcesses processes;
    private int port;
    private int httpPort;

    @BeforeEach
    void findPorts() throws IOException {
        processes = new ChildProcesses(dir);
        final int[] ports = ChildProcesses.freePorts();
        port = ports[0];
        httpPort = ports[1];
    }

    @AfterEach
    void killAll() {
        processes.close();
    }

    private Process startManager() throws IOException {
        return processes.start("manager", OPTIONS, ManagerCommand.class, "--data-dir=" + dir.resolve("manager"),
            "--listen=127.0.0.1:" + port, "--http=127.0.0.1:" + httpPort);
    }

    private Process startNode(final int number, final boolean records) throws IOException {
        return processes.start("node-" + number, OPTIONS, NodeChild.class,
            dir.resolve("node-" + number).toString(), "node-" + number, Integer.toString(port),
            Boolean.toString(records));
    }

    @Test
    void shouldHoldWhatTheDispatchLogsHold() throws Exception {
        final Random random = new Random(7);
        Process manager = startManager();
        final Process[] nodes = new Process[NODES];
        for (int i = 0; i < NODES; i++) {
            nodes[i] = startNode(i, true);
        }
        int managerKills = 0;
        int nodeKills = 0;
        final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() - endNs < 0) {
            final Process victim = random.nextInt(3) == 0 ? manager : nodes[random.nextInt(NODES)];
            victim.waitFor(1_000 + random.nextInt(3_000), TimeUnit.MILLISECONDS);
            victim.destroyForcibly().waitFor();
            if (victim == manager) {
                managerKills++;
                manager = startManager();
            } else {
                for (int i = 0; i < NODES; i++) {
                    if (victim == nodes[i]) {
                        nodeKills++;
                        nodes[i] = startNode(i, true);
                    }
                }
            }
        }
        final Map<String, Long> expected = finish(nodes);

        await().atMost(120, TimeUnit.SECONDS).pollInterval(1, TimeUnit.SECONDS)
            .untilAsserted(() -> assertThat(stored()).isEqualTo(expected));
        System.out.println("soak of " + SECONDS + " s: events=" + expected.size() + " manager-kills=" + managerKills +
            " node-kills=" + nodeKills);
        assertThat(expected).hasSizeGreaterThan(100);
    }

    /** Brings the nodes up once more, to journal and forward what is left, and reads their dispatch logs. */
    private Map<String, Long> finish(final Process[] nodes) throws Exception {
        final Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < NODES; i++) {
            nodes[i].destroyForcibly().waitFor();
            final int number = i;
            final int before = readies(number);
            final Process last = startNode(number, false);
            await().atMost(60, TimeUnit.SECONDS).until(() -> readies(number) > before);
            await().atMost(60, TimeUnit.SECONDS).during(3, TimeUnit.SECONDS).pollInterval(500, TimeUnit.MILLISECONDS)
                .until(() -> counts(number), new Unchanged());
            expected.putAll(counts(number));
            nodes[i] = last;
        }
        return expected;
    }

    /** Meets what it saw the time before. */
    private static final class Unchanged implements Predicate<Map<String, Long>> {
        private Map<String, Long> before;

        @Override
        public boolean test(final Map<String, Long> now) {
            final boolean same = now.equals(before);
            before = now;
            return same;
        }
    }

    private int readies(final int number) throws IOException {
        return (int)Files.readAllLines(dir.resolve("node-" + number + ".log")).stream()
            .filter("ready"::equals).count();
    }

    private Map<String, Long> counts(final int number) {
        final Map<String, Long> counts = new HashMap<>();
        try (DispatchReader reader = new DispatchReader(
            SystemDisk.INSTANCE, DataDirectory.dispatch(dir.resolve("node-" + number)), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    counts.merge(batch.event(i).id().toString(), batch.event(i).count(), Math::max);
                }
            }
        }
        return counts;
    }

    private Map<String, Long> stored() throws IOException, InterruptedException {
        final Map<String, Long> stored = new HashMap<>();
        String cursor = "";
        while (cursor != null) {
            final JsonNode page = mapper.readTree(http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" +
                httpPort + "/events/v1/events?limit=1000&sort=time&cursor=" + cursor)).build(),
                BodyHandlers.ofString()).body());
            for (final JsonNode item : page.get("items")) {
                assertThat(stored.put(item.at("/meta/uuid").asText(), item.get("count").asLong())).isNull();
            }
            cursor = page.at("/meta/cursor").isMissingNode() ? null : page.at("/meta/cursor").asText();
        }
        return stored;
    }
}
