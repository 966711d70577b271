package herald.manager;

import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.events.NetworkEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many events into a manager, all of them new, while queries are asked; prints rate and latencies. The manager is a
 * process of its own, as {@code herald manager} starts it; recorder, proxy and who asks are this one. Run by hand:
 * {@code -Dherald.load=1000000}.
 */
@Timeout(1_200)
@EnabledIfSystemProperty(named = "herald.load", matches = "\\d+")
class ManagerLoadTest {
    private static final int EVENTS = Integer.getInteger("herald.load", 0);
    /** As the launcher has them. */
    private static final List<String> OPTIONS = List.of("-Xms256m", "-Xmx1g", "-XX:TieredStopAtLevel=1");
    /** Events in which both sides load and compile their code; what follows is said apart. */
    private static final int WARM_UP = 50_000;
    /** Events that the recorder may be ahead of the manager: the manager, not the proxy, is to have the load. */
    private static final int MAX_LEAD = 50_000;
    /** Asked in turn: five conditions, the oldest first, a rare word, and all but the last second. */
    private static final List<String> QUERIES = List.of(
        "?type=network.*&severity=WARN&node=node-1&q=link&from=1h&limit=50",
        "?severity=WARN&component=cmd&sort=time&limit=50",
        "?type=cluster.LEADER_ELECTED&q=777&limit=50",
        "?node=node-1&type=*LINK*&to=1s&limit=50");

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private String url;
    private volatile long stored;

    @Test
    void shouldStoreAllWhileItAnswers() throws Exception {
        final int[] ports = ChildProcesses.freePorts();
        url = "http://127.0.0.1:" + ports[1];
        final Path node = dir.resolve("node");
        final String aeronDir = HeraldDirectory.aeronDir(node).toString();
        try (ChildProcesses processes = new ChildProcesses(dir)) {
            processes.start("manager", OPTIONS, ManagerCommand.class, "--data-dir=" +
                dir.resolve("manager"), "--listen=127.0.0.1:" + ports[0], "--http=127.0.0.1:" + ports[1]);
            await().atMost(60, TimeUnit.SECONDS).ignoreExceptionsInstanceOf(ConnectException.class)
                .until(() -> stored() == 0);
            try (EventProxy proxy = EventProxy.launch(new EventProxy.Context().dataDir(node).node("node-1")
                .dedupKeyLimit(4_000_000)
                .writer(new VeniceWriterFactory().create(new WriterSpec("venice", "venice",
                    "udp://127.0.0.1:" + ports[0], Map.of("aeronDir", aeronDir))), EventFilter.ALL, true))) {
                ask(node, aeronDir);
                assertThat(proxy.hasFailed()).isFalse();
            }
        }
    }

    private void ask(final Path node, final String aeronDir) throws Exception {
        final Thread recording = new Thread(() -> record(node, aeronDir), "recording");
        recording.start();
        final long startNs = System.nanoTime();
        final List<Long> allNs = latencies(WARM_UP);
        final List<Long> warmNs = latencies(EVENTS);
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        recording.join();
        allNs.addAll(warmNs);
        System.out.printf(Locale.ROOT, "events=%d seconds=%.1f rate=%.0f/s %s (after the first %d: %s)%n", EVENTS,
            seconds, EVENTS / seconds, summary(allNs), WARM_UP, summary(warmNs));
    }

    private List<Long> latencies(final int untilStored) throws IOException, InterruptedException {
        final List<Long> latenciesNs = new ArrayList<>();
        while (stored() < untilStored) {
            for (final String query : QUERIES) {
                final long beforeNs = System.nanoTime();
                assertThat(get("/events/v1/events" + query)).startsWith("{\"kind\":\"EventList\"");
                latenciesNs.add(System.nanoTime() - beforeNs);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        return latenciesNs;
    }

    private static String summary(final List<Long> latenciesNs) {
        final List<Long> sortedNs = new ArrayList<>(latenciesNs);
        Collections.sort(sortedNs);
        return String.format(Locale.ROOT, "queries=%d p50=%.1fms p99=%.1fms max=%.1fms", sortedNs.size(),
            at(sortedNs, 0.5), at(sortedNs, 0.99), at(sortedNs, 1));
    }

    private static double at(final List<Long> sortedNs, final double share) {
        return sortedNs.get((int)Math.min(sortedNs.size() - 1, sortedNs.size() * share)) / 1e6;
    }

    private void record(final Path node, final String aeronDir) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
            .eventTypes(ClusterEvents.CATALOG, NetworkEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(node))
            .aeronDirectoryName(aeronDir))) {
            for (int i = 0; i < EVENTS; i++) {
                while (i - stored > MAX_LEAD) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
                final String message = (i % 10 == 0 ? "link down on port " : "leader elected in term ") + i;
                while (recorder.record(
                    i % 10 == 0 ? NetworkEvents.LINK_DOWN : ClusterEvents.LEADER_ELECTED, null, message, null) < 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
            assertThat(recorder.awaitAcknowledged(recorder.lastSequence(), TimeUnit.MINUTES.toNanos(5))).isTrue();
        }
    }

    private long stored() throws IOException, InterruptedException {
        stored = Long.parseLong(get("/stats").replaceAll(".*\"stored\":(\\d+).*\\R", "$1"));
        return stored;
    }

    private String get(final String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString()).body();
    }
}
