package herald.engine;

import herald.events.ClusterEvents;
import herald.events.DscEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A node under maintenance: what is expected then is journaled and counted, not dispatched; and the dispatch log still
 * follows from the journal, whatever happens in between.
 */
@Timeout(120)
class MaintenanceTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    private Path dir;
    private final CollectingWriter writer = new CollectingWriter("collector");

    private EventProxy launch() {
        return EventProxy.launch(new EventProxy.Context()
            .dataDir(dir)
            .node("node-1")
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20))
            .dedupIntervalNs(TimeUnit.MINUTES.toNanos(10))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .writer(writer));
    }

    /** Three events, the first of a type that is marked, repeated by the third. */
    private void record() {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG, DscEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .spoolLength(1024 * 1024)
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString()))) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "marked", null);
            recorder.record(DscEvents.DSC_REJECTED, null, "unmarked", null);
            final long last = recorder.record(ClusterEvents.LEADER_LOST, null, "marked", null);
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
        }
    }

    private long count(final String message) {
        return writer.deliveries().stream().filter(it -> it.message().equals(message))
            .mapToLong(CollectingWriter.Delivery::count).max().orElse(0);
    }

    @Test
    void shouldSuppressWhatIsMarkedAndCountIt() {
        try (EventProxy proxy = launch()) {
            assertThat(proxy.maintenance()).isFalse();
            proxy.maintenance(true);
            proxy.maintenance(true);
            assertThat(proxy.maintenance()).isTrue();
            assertThat(proxy.counters().get(ProxyCounter.MAINTENANCE)).isEqualTo(1);
            record();
            await().until(() -> count("unmarked") == 1);
            assertThat(proxy.counters().get(ProxyCounter.SUPPRESSED)).isEqualTo(2);
            assertThat(proxy.counters().get(ProxyCounter.JOURNALED)).isEqualTo(3);

            proxy.maintenance(false);
            assertThat(proxy.counters().get(ProxyCounter.MAINTENANCE)).isZero();
            record();
            await().until(() -> count("unmarked") == 2 && count("marked") == 2);
            assertThat(proxy.counters().get(ProxyCounter.SUPPRESSED)).isEqualTo(2);
        }
        assertThat(writer.counts()).hasSize(2);
    }

    @Test
    void shouldStayUnderMaintenanceThroughRestarts() {
        try (EventProxy proxy = launch()) {
            proxy.maintenance(true);
        }
        for (int i = 1; i <= 2; i++) {
            try (EventProxy proxy = launch()) {
                assertThat(proxy.maintenance()).isTrue();
                record();
                assertThat(proxy.counters().get(ProxyCounter.SUPPRESSED)).isEqualTo(2L * i);
            }
        }
        try (EventProxy proxy = launch()) {
            proxy.maintenance(false);
        }
        try (EventProxy proxy = launch()) {
            assertThat(proxy.maintenance()).isFalse();
        }
        assertThat(count("marked")).isZero();
    }

    @Test
    void shouldRefuseAModeOnceClosed() {
        final EventProxy proxy = launch();
        proxy.close();

        assertThatThrownBy(() -> proxy.maintenance(true)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldDispatchWhatFollowsFromTheJournal(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        try (SteppedNode node = new SteppedNode(Files.createDirectory(dir.resolve("run-0")), seed)) {
            boolean on = false;
            for (int run = 1; run <= 4; run++) {
                node.startRecorders();
                node.startProxy(node.context());
                assertThat(node.proxy().maintenance()).isEqualTo(on);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    node.work(random.nextInt(400));
                    on = random.nextBoolean();
                    node.proxy().maintenance(on);
                }
                node.work(random.nextInt(400));
                if (random.nextBoolean()) {
                    node.stopProxy();
                    node.stopRecorders();
                } else {
                    node.crashInto(dir.resolve("run-" + run));
                }
                node.check("run " + run, false);
            }
            node.startRecorders();
            node.startProxy(node.context());
            node.settle();
            assertThat(node.proxy().counters().get(ProxyCounter.SUPPRESSED)).isPositive();
            node.stopProxy();
            node.check("at the end", true);
        }
    }

    @Test
    void shouldKnowTheModeWhereTheSwitchIsInASegmentThatIsGone() throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 9)) {
            node.startRecorders();
            node.startProxy(node.context().journalRetentionLength(128 * 1024).dispatchRetentionLength(64 * 1024));
            node.proxy().maintenance(true);
            for (int i = 0; node.proxy().counters().get(ProxyCounter.SEGMENTS_RELEASED) < 3; i++) {
                assertThat(i).isLessThan(100);
                node.work(1_000);
            }
            node.stopProxy();

            node.startProxy(node.context());
            assertThat(node.proxy().maintenance()).isTrue();
        }
    }
}
