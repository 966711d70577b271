package herald.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Nodes and a manager in processes of their own, killed at random or out of disk space: in the end the manager's index
 * is the union of the nodes' dispatch logs, with the newest counts. What they say is sealed.
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
    private Path keyFile;
    private int port;
    private int httpPort;

    @BeforeEach
    void prepare() throws IOException {
        keyFile = Files.writeString(Files.createFile(dir.resolve("key"), PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rw-------"))), "the key of this fleet");
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
            "--listen=127.0.0.1:" + port, "--http=127.0.0.1:" + httpPort, "--key-file=" + keyFile,
            "--driver-timeout=1s");
    }

    private Process startNode(final int number, final boolean records) throws IOException {
        return processes.start("node-" + number, OPTIONS, NodeChild.class,
            dir.resolve("node-" + number).toString(), "node-" + number, Integer.toString(port),
            keyFile.toString(), Boolean.toString(records));
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

        awaitStored(expected);
        System.out.println("soak of " + SECONDS + " s: events=" + expected.size() + " manager-kills=" + managerKills +
            " node-kills=" + nodeKills);
        assertThat(expected).hasSizeGreaterThan(100);
    }

    /** What the signal is for: nodes that come later must have the new key, and a key that is none changes nothing. */
    @Test
    void shouldReadItsKeyAgainAtAHangup() throws Exception {
        Assumptions.assumeTrue(
            run("bash", "-c", "trap 'exit 0' HUP; kill -HUP $$; exit 1"), "SIGHUP is ignored here");
        final Process manager = startManager();
        awaitLog("herald manager ready");
        Files.writeString(keyFile, "short");
        run("kill", "-HUP", Long.toString(manager.pid()));
        awaitLog("herald: the key stays what it was: key file " + keyFile);
        Files.writeString(keyFile, "another key of this fleet");
        run("kill", "-HUP", Long.toString(manager.pid()));
        awaitLog("herald: nodes that come from now on must have the new key");
        startNode(0, true);
        awaitManager().until(() -> !stored().isEmpty());

        run("kill", "-TERM", Long.toString(manager.pid()));
        assertThat(manager.waitFor()).isZero();
    }

    private void awaitLog(final String line) {
        awaitManager().until(() -> Files.readString(dir.resolve("manager.log")).contains(line));
    }

    /** A real file system that is full: the manager ends, and says so; the next one gets what was not stored. */
    @Test
    void shouldGoOnWhereTheDiskWasFull() throws Exception {
        final Path disk = Files.createDirectory(dir.resolve("manager"));
        Assumptions.assumeTrue(
            run("mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "herald-test", disk.toString()),
            "may not mount a file system");
        try {
            final Process manager = startManager();
            final Process node = startNode(0, true);
            awaitManager().until(() -> !stored().isEmpty());
            run("dd", "if=/dev/zero", "of=" + disk.resolve("ballast"), "bs=64k");

            assertThat(manager.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(manager.exitValue()).isEqualTo(74);
            assertThat(Files.readString(dir.resolve("manager.log")))
                .contains("herald: the manager stopped, what it acknowledged is kept", "No space left on device");

            Files.delete(disk.resolve("ballast"));
            startManager();
            final Map<String, Long> expected = finish(node);
            awaitStored(expected);
        } finally {
            processes.close();
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    /** Longer than the driver's timeout: the Aeron clients of who was stopped are dead then. */
    @Test
    void shouldGoOnAfterPausesOfBoth() throws Exception {
        final Process manager = startManager();
        final Process node = startNode(0, true);
        awaitManager().until(() -> !stored().isEmpty());

        pause(manager);
        await().atMost(60, TimeUnit.SECONDS).until(() -> stats().get("drivers-lost").asInt() > 0);
        final int before = stored().size();
        await().atMost(60, TimeUnit.SECONDS).until(() -> stored().size() > before);
        pause(node);
        final int between = stored().size();
        await().atMost(60, TimeUnit.SECONDS).until(() -> stored().size() > between);

        final Map<String, Long> expected = finish(node);
        awaitStored(expected);
        assertThat(manager.isAlive()).isTrue();
    }

    private static void pause(final Process process) throws InterruptedException {
        assertThat(run("kill", "-STOP", Long.toString(process.pid()))).isTrue();
        assertThat(process.waitFor(3, TimeUnit.SECONDS)).isFalse();
        assertThat(run("kill", "-CONT", Long.toString(process.pid()))).isTrue();
    }

    private JsonNode stats() throws IOException, InterruptedException {
        return mapper.readTree(http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort +
            "/stats")).build(), BodyHandlers.ofString()).body());
    }

    private static boolean run(final String... command) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException e) {
            return false;
        }
    }

    /** Brings the nodes up once more, to journal and forward what is left, and reads their dispatch logs. */
    private Map<String, Long> finish(final Process... nodes) throws Exception {
        final Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < nodes.length; i++) {
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

    /** One that was just started does not listen yet. */
    private static ConditionFactory awaitManager() {
        return await().atMost(120, TimeUnit.SECONDS).ignoreExceptionsInstanceOf(ConnectException.class);
    }

    private void awaitStored(final Map<String, Long> expected) {
        awaitManager().pollInterval(1, TimeUnit.SECONDS)
            .untilAsserted(() -> assertThat(stored()).isEqualTo(expected));
    }

    private Map<String, Long> stored() throws IOException, InterruptedException {
        final Map<String, Long> stored = new HashMap<>();
        String cursor = "";
        while (cursor != null) {
            final JsonNode page = mapper.readTree(http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" +
                httpPort + "/events/v1/events?limit=1000&sort=time" + cursor)).build(),
                BodyHandlers.ofString()).body());
            for (final JsonNode item : page.get("items")) {
                assertThat(stored.put(item.at("/meta/uuid").asText(), item.get("count").asLong())).isNull();
            }
            cursor = page.at("/meta/cursor").isMissingNode() ? null : "&cursor=" + page.at("/meta/cursor").asText();
        }
        return stored;
    }
}
