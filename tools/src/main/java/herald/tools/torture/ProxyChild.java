package herald.tools.torture;

import herald.engine.EventProxy;
import herald.engine.ThreadingMode;
import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.receiver.RemoteListener;
import herald.stage.Durability;
import herald.tools.ExitCode;
import herald.tools.Foreground;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import herald.writers.syslog.SyslogWriterFactory;

import io.aeron.driver.Configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The proxy of a round, in a process of its own, with a writer for each collector.
 */
final class ProxyChild {
    /** What it prints once it takes events. */
    static final String READY = "ready";

    /** A round has no time to wait for a host that vanished as long as a writer does elsewhere. */
    private static final long SYSLOG_SILENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private ProxyChild() {
    }

    /**
     * Runs a proxy until SIGTERM.
     *
     * @param args directory of the round, number of this start, whether it adopts a copy.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        ParentWatch.start();
        final ChildSettings settings = ChildSettings.read(Path.of(args[0]), Integer.parseInt(args[1]));
        setTimeouts(settings);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Foreground foreground = new Foreground();
            EventProxy proxy = EventProxy.launch(context(settings, Path.of(args[0]))
                .adoptCopy(Boolean.parseBoolean(args[2]))
                .failureListener(cause -> {
                    failure.set(cause);
                    foreground.stop();
                }))) {
            System.out.println(READY + ' ' + proxy.aeronDirectoryName());
            foreground.await();
        }
        if (failure.get() != null) {
            System.err.println("the proxy stopped: " + failure.get());
            System.exit(ExitCode.INTERNAL);
        }
        System.exit(ExitCode.OK);
    }

    /** The proxy's own driver takes what Herald does not set from system properties. */
    private static void setTimeouts(final ChildSettings settings) {
        final long livenessNs = settings.nanos("livenessMs");
        System.setProperty(Configuration.CLIENT_LIVENESS_TIMEOUT_PROP_NAME, Long.toString(livenessNs));
        System.setProperty(Configuration.IMAGE_LIVENESS_TIMEOUT_PROP_NAME, Long.toString(livenessNs));
        System.setProperty(Configuration.PUBLICATION_UNBLOCK_TIMEOUT_PROP_NAME,
            Long.toString(livenessNs + TimeUnit.MILLISECONDS.toNanos(500)));
        System.setProperty(Configuration.TIMER_INTERVAL_PROP_NAME,
            Long.toString(TimeUnit.MILLISECONDS.toNanos(100)));
    }

    private static EventProxy.Context context(final ChildSettings settings, final Path dir) {
        final EventProxy.Context context = new EventProxy.Context()
            .dataDir(settings.dataDir())
            .node("node-1")
            .driverTimeoutMs(settings.number("driverTimeoutMs"))
            .threadingMode(ThreadingMode.valueOf(settings.text("threadingMode")))
            .durability(Durability.valueOf(settings.text("durability")))
            .forceIntervalNs(settings.nanos("forceIntervalMs"))
            .dedupIntervalNs(settings.nanos("dedupIntervalMs"))
            .dedupKeyLimit(settings.number("dedupKeyLimit"))
            .dedupIgnoredAttributes(List.of(settings.text("ignoredAttributes").split(" ")))
            .batchIntervalNs(settings.nanos("batchIntervalMs"))
            .batchLengthLimit(settings.integer("batchLengthLimit"))
            .maxEventLength(RoundPlan.MAX_EVENT_LENGTH)
            .ringLength(settings.integer("ringLength"))
            .arenaLength(settings.integer("arenaLength"))
            .journalSegmentLength(settings.integer("journalSegmentLength"))
            .dispatchSegmentLength(settings.integer("dispatchSegmentLength"))
            .journalRetentionLength(settings.number("journalRetention"))
            .dispatchRetentionLength(settings.number("dispatchRetention"))
            .disk(new ArchivingDisk(SystemDisk.INSTANCE, settings.archive()))
            .adoptIntervalNs(settings.nanos("adoptIntervalMs"))
            .closeTimeoutNs(TimeUnit.SECONDS.toNanos(2));
        if (Boolean.parseBoolean(settings.text("externalDriver"))) {
            context.externalDriver(true).aeronDirectoryName(settings.text("aeronDir"));
        } else if (Boolean.parseBoolean(settings.text("fixedAeronDir"))) {
            context.aeronDirectoryName(settings.text("aeronDir"));
        }
        if (settings.integer("remoteRecorders") > 0) {
            context.remoteListener(new RemoteListener(settings.remoteEndpoint(), settings.key()));
        }
        for (int i = 0; i < RoundPlan.COLLECTORS; i++) {
            context.writer(
                new CollectorWriter("collector-" + i, settings.integer("port-" + i), settings.integer("chunkLength")),
                EventFilter.ALL, i > 0);
        }
        if (Boolean.parseBoolean(settings.text("syslog"))) {
            final WriterSpec spec = new WriterSpec(SyslogCollector.WRITER, "syslog", settings.text("syslogTarget"),
                Map.of("maxLength", "65507", "windowSeconds", settings.text("syslogWindowSeconds")));
            context.writer(new SyslogWriterFactory(SYSLOG_SILENCE_NS).create(spec), EventFilter.ALL, true);
        }
        if (Boolean.parseBoolean(settings.text("manager"))) {
            final WriterSpec spec = new WriterSpec(ManagerProcess.WRITER, "venice",
                "udp://127.0.0.1:" + settings.text("managerPort"),
                Map.of("aeronDir", settings.text("aeronDir"), "keyFile", ChildSettings.keyFile(dir).toString()));
            context.writer(EventWriters.factory(spec).create(spec), EventFilter.ALL, true);
        }
        return context;
    }
}
