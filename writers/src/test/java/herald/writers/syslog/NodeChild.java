package herald.writers.syslog;

import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.WriterSpec;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A node in a process of its own, to be killed: a proxy with a syslog writer, and a recorder whose events all differ.
 * It records until its standard input ends; without {@code records}, one event alone, behind all that were recorded
 * before.
 */
final class NodeChild {
    /** Message of the event that is recorded last. */
    static final String LAST = "the last event";
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private NodeChild() {
    }

    /** Arguments: data directory, target, whether to record, options of the writer as NAME=VALUE. */
    public static void main(final String[] args) throws Exception {
        final Path dataDir = Path.of(args[0]);
        final boolean records = Boolean.parseBoolean(args[2]);
        final Map<String, String> options = new HashMap<>();
        for (int i = 3; i < args.length; i++) {
            final int equals = args[i].indexOf('=');
            options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        try (EventProxy proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir).node("node-1").driverTimeoutMs(1_000).dedupKeyLimit(100_000)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)).dispatchRetentionLength(4L << 30)
            .writer(new SyslogWriterFactory().create(new WriterSpec("rsyslog", "syslog", args[1], options)),
                EventFilter.ALL, true));
            EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
                .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dataDir))
                .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir).toString()))) {
            if (!records) {
                recorder.record(ClusterEvents.LEADER_ELECTED, null, LAST, null);
            }
            for (long i = System.nanoTime(); System.in.available() == 0 && !proxy.hasFailed(); i++) {
                if (records) {
                    recorder.record(ClusterEvents.LEADER_ELECTED, null, "event " + i, null);
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }
}
