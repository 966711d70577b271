package herald.tools.agent;

import herald.events.SystemEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Records events for those parts of a host that can't: links, file systems, the clock, processes. It looks at all of
 * them in turn, once an interval. A watcher that fails is logged once for each reason and asked again.
 */
public final class HostAgent implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(HostAgent.class);
    /** A program is started to count inodes: in every tenth look, or where looks are rare, every ten seconds. */
    private static final int LOOKS_PER_PROBE = 10;
    private static final long PROBE_INTERVAL_NS = 10_000_000_000L;

    private final EventSink sink;
    private final Context context;
    private final List<HostWatcher> watchers;
    private final Complaints complaints = new Complaints(LOG::warn);
    private final PendingEvents pending = new PendingEvents();
    private final ObjectReference self;
    private final Map<String, String> selfAttributes =
        Map.of("pid", Long.toString(ProcessHandle.current().pid()));
    private long nextPollNs;
    private boolean full;

    /**
     * Constructs the agent with the watchers that its context asks for.
     *
     * @param sink    takes events.
     * @param context concluded here, if it was not.
     */
    public HostAgent(final EventSink sink, final Context context) {
        this(sink, context.conclude(), context.newWatchers());
    }

    HostAgent(final EventSink sink, final Context context, final List<HostWatcher> watchers) {
        this.sink = (type, severity, message, reference, attributes) ->
            tellRefusal(sink.record(type, severity, message, reference, attributes));
        this.context = context;
        this.watchers = watchers;
        this.self = ObjectReference.of("Process", context.component);
    }

    @Override
    public void onStart() {
        pending.add(SystemEvents.SERVICE_STARTED, context.component + " watches " + context.hostName,
            self, selfAttributes);
        pending.offerTo(sink);
        nextPollNs = context.nanoClock.nanoTime();
    }

    @Override
    public int doWork() {
        final long nowNs = context.nanoClock.nanoTime();
        if (nowNs - nextPollNs < 0) {
            return 0;
        }
        nextPollNs = nowNs + context.intervalNs;
        int work = pending.offerTo(sink);
        for (final HostWatcher watcher : watchers) {
            work += poll(watcher);
        }
        return work;
    }

    private long tellRefusal(final long result) {
        if (full != (result == EventRecorder.SPOOL_FULL)) {
            full = !full;
            LOG.warn(full ? "the spool is full: what is seen now is recorded once there is room" :
                "there is room in the spool again");
        }
        return result;
    }

    private int poll(final HostWatcher watcher) {
        try {
            final int work = watcher.poll(sink);
            complaints.clear(watcher.name());
            return work;
        } catch (final IOException | RuntimeException e) {
            complaints.add(watcher.name(), e.toString());
            return 0;
        }
    }

    @Override
    public void onClose() {
        watchers.forEach(HostWatcher::close);
        pending.add(SystemEvents.SERVICE_STOPPED, context.component + " no longer watches " + context.hostName,
            self, selfAttributes);
        pending.offerTo(sink);
    }

    @Override
    public String roleName() {
        return "herald-agent";
    }

    /**
     * What to watch and how. Concluded once.
     */
    public static final class Context {
        private String component = "agent";
        private String hostName;
        private long intervalNs = 1_000_000_000L;
        private List<String> processes = List.of();
        private int diskThresholdPercent = 90;
        private List<Path> mounts = List.of();
        private long clockStepNs = 1_000_000_000L;
        private Path sysClassNet = Path.of("/sys/class/net");
        private Path proc = Path.of("/proc");
        private NanoClock nanoClock = SystemNanoClock.INSTANCE;
        private EpochNanoClock epochClock = SystemEpochNanoClock.INSTANCE;

        /** Name of the agent as a process of the host. */
        public Context component(final String value) {
            component = value;
            return this;
        }

        /** Name of the node whose clock is watched; by default what the system says. */
        public Context hostName(final String value) {
            hostName = value;
            return this;
        }

        /** How often to look, in ns; 1 s by default. */
        public Context intervalNs(final long value) {
            intervalNs = value;
            return this;
        }

        /** Names of the processes to watch; none by default. */
        public Context processes(final List<String> value) {
            processes = List.copyOf(value);
            return this;
        }

        /** How full a file system may be, in percent; 90 by default. */
        public Context diskThresholdPercent(final int value) {
            diskThresholdPercent = value;
            return this;
        }

        /** File systems to watch; none, the default, means every local one that can be written to. */
        public Context mounts(final List<Path> value) {
            mounts = List.copyOf(value);
            return this;
        }

        /** Which jump of the wall clock is an event, in ns; 1 s by default. */
        public Context clockStepNs(final long value) {
            clockStepNs = value;
            return this;
        }

        /** Where the kernel shows network links. */
        public Context sysClassNet(final Path value) {
            sysClassNet = value;
            return this;
        }

        /** Where the kernel shows processes and mounts. */
        public Context proc(final Path value) {
            proc = value;
            return this;
        }

        /** Clock of the interval, and what the wall clock is compared with. */
        public Context nanoClock(final NanoClock value) {
            nanoClock = value;
            return this;
        }

        /** The wall clock that is watched. */
        public Context epochClock(final EpochNanoClock value) {
            epochClock = value;
            return this;
        }

        /**
         * Checks every value.
         *
         * @return this.
         * @throws IllegalArgumentException naming the value that is wrong and what would be right.
         */
        public Context conclude() {
            require(intervalNs > 0, "interval", intervalNs + " ns", "above 0");
            require(clockStepNs > 0, "clock step", clockStepNs + " ns", "above 0");
            require(diskThresholdPercent > DiskWatcher.HYSTERESIS_PERCENT && diskThresholdPercent <= 100,
                "disk threshold", diskThresholdPercent + " %", "from 3 to 100 %");
            for (final String process : processes) {
                require(!process.isBlank() && process.indexOf('/') < 0, "process", '"' + process + '"',
                    "a name without directories");
            }
            if (hostName == null) {
                hostName = HeraldDirectory.hostName();
            }
            return this;
        }

        private List<HostWatcher> newWatchers() {
            final int looksPerProbe = (int)Math.max(1, Math.min(LOOKS_PER_PROBE, PROBE_INTERVAL_NS / intervalNs));
            return List.of(
                new LinkWatcher(sysClassNet),
                new DiskWatcher(new MountTable(proc.resolve("mounts"), mounts), diskThresholdPercent,
                    DiskWatcher::fileStoreSpace, new InodeProbe(looksPerProbe)),
                new ClockWatcher(nanoClock, epochClock, clockStepNs, hostName),
                new ProcessWatcher(processes, new ProcessTable(proc)));
        }

        private static void require(final boolean right, final String name, final String value, final String wanted) {
            if (!right) {
                throw new IllegalArgumentException(name + " is " + value + ": it must be " + wanted);
            }
        }
    }
}
