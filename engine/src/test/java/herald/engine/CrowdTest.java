package herald.engine;

import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two hundred threads, each with a recorder of its own, wait for their acknowledgements at the same time.
 */
@Tag("slow")
@Timeout(240)
class CrowdTest {
    private static final int RECORDERS = 200;
    private static final int EVENTS = 20;

    @TempDir
    private Path dir;
    private final List<EventRecorder> recorders = new ArrayList<>();
    private final ExecutorService callers = Executors.newFixedThreadPool(RECORDERS);

    @AfterEach
    void tearDown() {
        callers.shutdownNow();
        CloseHelper.closeAll(recorders);
    }

    private EventRecorder launch(final int number) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("crowd-" + number)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .spoolLength(64 * 1024)
            .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString())
            .closeLingerNs(0));
    }

    private static boolean recordAndAwait(final EventRecorder recorder) {
        for (int i = 0; i < EVENTS; i++) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "event " + i, null);
        }
        return recorder.awaitAcknowledged(EVENTS, TimeUnit.SECONDS.toNanos(120));
    }

    @Test
    void shouldAcknowledgeEachOfACrowd() throws Exception {
        final EventProxy.Context context = new EventProxy.Context()
            .dataDir(dir)
            .node("n")
            .dedupKeyLimit(10_000)
            .journalSegmentLength(4 * 1024 * 1024);
        try (EventProxy proxy = EventProxy.launch(context)) {
            assertThat(proxy.invoker()).isNull();
            for (int i = 0; i < RECORDERS; i++) {
                recorders.add(launch(i));
            }
            final List<Future<Boolean>> results = new ArrayList<>();
            recorders.forEach(recorder -> results.add(callers.submit(() -> recordAndAwait(recorder))));
            int acknowledged = 0;
            for (final Future<Boolean> result : results) {
                acknowledged += result.get() ? 1 : 0;
            }
            assertThat(acknowledged).isEqualTo(RECORDERS);
            CloseHelper.closeAll(recorders);
        }
    }
}
