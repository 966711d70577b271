package herald.manager;

import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A node in a process of its own: a proxy that forwards to a manager, and a recorder that records until the process is
 * killed, or its standard input ends.
 */
final class NodeChild {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int REPEATS = 4;

    private NodeChild() {
    }

    /** Arguments: data directory, name, port of the manager, key file, whether to record. */
    public static void main(final String[] args) throws Exception {
        final Path dataDir = Path.of(args[0]);
        final String aeronDir = HeraldDirectory.aeronDir(dataDir).toString();
        try (EventProxy proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir).node(args[1]).dedupKeyLimit(100_000).driverTimeoutMs(1_000)
            .dispatchRetentionLength(4L << 30)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(50)).dedupIntervalNs(TimeUnit.MILLISECONDS.toNanos(400))
            .writer(new VeniceWriterFactory().create(new WriterSpec("venice", "venice",
                "udp://127.0.0.1:" + args[2], Map.of("aeronDir", aeronDir, "keyFile", args[3]))),
                EventFilter.ALL, true));
            EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
                .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dataDir))
                .aeronDirectoryName(aeronDir))) {
            System.out.println("ready");
            for (long i = System.nanoTime(); System.in.available() == 0 && !proxy.hasFailed(); i++) {
                if (Boolean.parseBoolean(args[4])) {
                    recorder.record(ClusterEvents.LEADER_CHANGED, null, "change " + i / REPEATS, null);
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }
}
