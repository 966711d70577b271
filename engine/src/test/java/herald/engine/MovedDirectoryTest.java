package herald.engine;

import herald.events.ClusterEvents;
import herald.recorder.EventRecorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A data directory that moves to another disk while its recorders run, with a link in its place.
 */
@Timeout(120)
class MovedDirectoryTest {
    @TempDir
    private Path dir;

    @Test
    @SuppressWarnings("try") // The proxy need not be asked for anything.
    void shouldFindTheProxyOfADirectoryThatMovedBehindALink() throws Exception {
        final Path data = dir.resolve("data");
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .dataDir(data)
            .closeLingerNs(0))) {
            final long first = recorder.record(ClusterEvents.LEADER_ELECTED, null, "before", null);
            Files.move(data, dir.resolve("elsewhere"));
            Files.createSymbolicLink(data, Path.of("elsewhere"));

            try (EventProxy proxy = EventProxy.launch(new EventProxy.Context()
                .dataDir(data)
                .node("node-1")
                .journalSegmentLength(256 * 1024)
                .dispatchSegmentLength(256 * 1024)
                .batchLengthLimit(64 * 1024)
                .dedupKeyLimit(10_000))) {
                assertThat(recorder.awaitAcknowledged(first, TimeUnit.SECONDS.toNanos(60))).isTrue();
                final long last = recorder.record(ClusterEvents.LEADER_ELECTED, null, "after", null);
                assertThat(recorder.awaitAcknowledged(last, TimeUnit.SECONDS.toNanos(60))).isTrue();
            }
        }
    }
}
