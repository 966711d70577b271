package herald.manager;

import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.events.NetworkEvents;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many events into a manager, all of them new, while queries are asked; prints rate and latencies. Run by hand:
 * {@code -Dherald.load=1000000}.
 */
@Timeout(1_200)
@EnabledIfSystemProperty(named = "herald.load", matches = "\\d+")
class ManagerLoadTest {
    private static final int EVENTS = Integer.getInteger("herald.load", 0);
    private static final String QUERY =
        "/events/v1/events?type=network.*&severity=WARN&node=node-1&q=link&from=1h&limit=50";

    @TempDir
    private Path dir;

    @Test
    void shouldStoreAllWhileItAnswers() throws Exception {
        final int port;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Path node = dir.resolve("node");
        final String aeronDir = HeraldDirectory.aeronDir(node).toString();
        try (EventsManager manager = EventsManager.launch(new EventsManager.Context().dataDir(dir.resolve("manager"))
            .listen(new Endpoint("127.0.0.1", port)).http(new Endpoint("127.0.0.1", 0)));
            EventProxy proxy = EventProxy.launch(new EventProxy.Context().dataDir(node).node("node-1")
                .dedupKeyLimit(4_000_000)
                .writer(new VeniceWriterFactory().create(new WriterSpec("venice", "venice",
                    "udp://127.0.0.1:" + port, Map.of("aeronDir", aeronDir))), EventFilter.ALL, true))) {
            final long startNs = System.nanoTime();
            final Thread recording = new Thread(() -> record(node, aeronDir), "recording");
            recording.start();
            final List<Long> latenciesNs = new ArrayList<>();
            final HttpClient http = HttpClient.newHttpClient();
            while (total(http, manager) < EVENTS) {
                final long beforeNs = System.nanoTime();
                get(http, manager, QUERY);
                latenciesNs.add(System.nanoTime() - beforeNs);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            final double seconds = (System.nanoTime() - startNs) / 1e9;
            recording.join();
            assertThat(proxy.hasFailed()).isFalse();
            Collections.sort(latenciesNs);
            System.out.printf("events=%d seconds=%.1f rate=%.0f/s queries=%d p50=%.1fms p99=%.1fms max=%.1fms%n",
                EVENTS, seconds, EVENTS / seconds, latenciesNs.size(), at(latenciesNs, 0.5), at(latenciesNs, 0.99),
                at(latenciesNs, 1));
        }
    }

    private static double at(final List<Long> sortedNs, final double share) {
        return sortedNs.get((int)Math.min(sortedNs.size() - 1, sortedNs.size() * share)) / 1e6;
    }

    private static void record(final Path node, final String aeronDir) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
            .eventTypes(ClusterEvents.CATALOG, NetworkEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(node))
            .aeronDirectoryName(aeronDir))) {
            for (int i = 0; i < EVENTS; i++) {
                final String message = (i % 10 == 0 ? "link down on port " : "leader elected in term ") + i;
                while (recorder.record(
                    i % 10 == 0 ? NetworkEvents.LINK_DOWN : ClusterEvents.LEADER_ELECTED, null, message, null) < 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
            assertThat(recorder.awaitAcknowledged(recorder.lastSequence(), TimeUnit.MINUTES.toNanos(5))).isTrue();
        }
    }

    private static long total(final HttpClient http, final EventsManager manager)
        throws IOException, InterruptedException {
        final String stats = get(http, manager, "/stats");
        return Long.parseLong(stats.replaceAll(".*\"stored\":(\\d+).*\\R", "$1"));
    }

    private static String get(final HttpClient http, final EventsManager manager, final String path)
        throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(
            "http://127.0.0.1:" + manager.httpPort() + path)).build(), BodyHandlers.ofString()).body();
    }
}
