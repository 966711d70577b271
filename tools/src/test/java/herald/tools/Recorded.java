package herald.tools;

import herald.engine.EventProxy;
import herald.events.Catalogs;
import herald.events.EventCatalog;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import org.assertj.core.api.Assertions;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A proxy in this process and what tests record through it.
 */
public final class Recorded {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    private Recorded() {
    }

    /**
     * A proxy with small logs and fast batches.
     *
     * @param dataDir of it.
     * @return to be completed and launched.
     */
    public static EventProxy.Context proxyContext(final Path dataDir) {
        return new EventProxy.Context()
            .dataDir(dataDir)
            .node("node-1")
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .dedupIntervalNs(TimeUnit.MINUTES.toNanos(10))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000);
    }

    /**
     * A recorder of all shipped event types.
     *
     * @param proxy     to record to.
     * @param component that records.
     * @return the recorder.
     */
    public static EventRecorder recorder(final EventProxy proxy, final String component) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(Catalogs.all().toArray(new EventCatalog[0]))
            .spoolDir(HeraldDirectory.spoolDir(proxy.dataDir()))
            .spoolLength(1024 * 1024)
            .aeronDirectoryName(proxy.aeronDirectoryName()));
    }

    /**
     * Waits until the proxy has journaled everything that was recorded.
     *
     * @param recorder that recorded it.
     */
    public static void awaitJournaled(final EventRecorder recorder) {
        Assertions.assertThat(recorder.awaitAcknowledged(recorder.lastSequence(), ACK_TIMEOUT_NS)).isTrue();
    }
}
