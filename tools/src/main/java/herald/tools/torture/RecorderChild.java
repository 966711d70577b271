package herald.tools.torture;

import herald.engine.LocalMediaDriver;
import herald.events.ClusterEvents;
import herald.events.NetworkEvents;
import herald.events.SystemEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.RemoteProxy;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A recorder of a round, in a process of its own: records numbered events in bursts until it is asked to finish, then
 * waits until all of them are acknowledged.
 */
final class RecorderChild {
    /** What it prints once it records. */
    static final String READY = "ready";
    /** What it prints once everything is acknowledged. */
    static final String DRAINED = "drained";

    /** From then on few: on a busy host a small disk would be full of them, and a round last as long to be judged. */
    private static final int FULL_SPEED_EVENTS = 2_500;
    private static final int FULL_SPEED_EVENTS_ON_SMALL_DISK = 1_000;
    private static final long LOW_SPEED_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FULL_PARK_NS = 300_000;
    private static final long ACK_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(10);

    private final EventRecorder recorder;
    private final EventScript script;
    private final Progress progress;
    private final ParentWatch parent;
    private long number;

    private RecorderChild(
        final EventRecorder recorder, final EventScript script, final Progress progress, final ParentWatch parent) {
        this.recorder = recorder;
        this.script = script;
        this.progress = progress;
        this.parent = parent;
        this.number = progress.begun();
    }

    /**
     * Runs a recorder.
     *
     * @param args directory of the round, name of the recorder, directory of its media driver.
     * @throws Exception where it can't go on.
     */
    public static void main(final String[] args) throws Exception {
        final ParentWatch parent = ParentWatch.start();
        final ChildSettings settings = ChildSettings.read(Path.of(args[0]));
        final Progress progress = Progress.open(settings.progress(args[1]));
        if (settings.isRemote(args[1]) && !Boolean.parseBoolean(settings.text("farDriver"))) {
            LocalMediaDriver.launch(args[2], settings.number("driverTimeoutMs"), error -> System.err.println(error));
        }
        final EventRecorder recorder = EventRecorder.launch(context(settings, args[1]).aeronDirectoryName(args[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            recorder.close();
            Runtime.getRuntime().halt(0);
        }, "torture-close"));
        new RecorderChild(recorder, new EventScript(settings, args[1]), progress, parent).run(settings);
    }

    private static EventRecorder.Context context(final ChildSettings settings, final String name) {
        final EventRecorder.Context context = new EventRecorder.Context();
        if (settings.isRemote(name)) {
            context.remoteProxy(new RemoteProxy(settings.remoteEndpoint(), settings.key()))
                .node(EventScript.OTHER_HOST)
                .spoolDir(settings.remoteSpoolDir());
        } else {
            context.spoolDir(HeraldDirectory.spoolDir(settings.dataDir()));
        }
        return context
            .component(name)
            .eventTypes(ClusterEvents.CATALOG, NetworkEvents.CATALOG, SystemEvents.CATALOG)
            .spoolLength(settings.integer("spoolLength"))
            .maxEventLength(RoundPlan.MAX_EVENT_LENGTH)
            .driverTimeoutMs(settings.number("driverTimeoutMs"))
            .driverCheckIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .helloTimeoutNs(TimeUnit.MILLISECONDS.toNanos(150))
            .ackTimeoutNs(TimeUnit.MILLISECONDS.toNanos(600))
            .minBackoffNs(TimeUnit.MILLISECONDS.toNanos(5))
            .maxBackoffNs(TimeUnit.MILLISECONDS.toNanos(80))
            .closeLingerNs(TimeUnit.MILLISECONDS.toNanos(200));
    }

    private void run(final ChildSettings settings) throws InterruptedException {
        System.out.println(READY);
        final int burstLength = settings.integer("burstLength");
        final int fullSpeedEvents =
            settings.integer("diskMib") > 0 ? FULL_SPEED_EVENTS_ON_SMALL_DISK : FULL_SPEED_EVENTS;
        final long pauseNs = TimeUnit.MICROSECONDS.toNanos(settings.number("pauseUs"));
        while (!parent.isFinishing()) {
            final boolean fast = number < fullSpeedEvents;
            for (int i = 0; i < (fast ? burstLength : 1) && !parent.isFinishing(); i++) {
                recordNext();
            }
            LockSupport.parkNanos(fast ? pauseNs : Math.max(pauseNs, LOW_SPEED_PAUSE_NS));
        }
        if (recorder.awaitAcknowledged(recorder.lastSequence(), ACK_TIMEOUT_NS)) {
            System.out.println(DRAINED);
        }
        System.exit(0);
    }

    private void recordNext() throws InterruptedException {
        number++;
        final EventScript.Line line = script.line(number);
        progress.begin(number);
        long result = record(line);
        while (result == EventRecorder.SPOOL_FULL) {
            LockSupport.parkNanos(FULL_PARK_NS);
            result = record(line);
        }
        if (result > 0) {
            progress.accept(number);
        } else if (result == EventRecorder.CLOSED) {
            // SIGTERM came: the hook ends the process.
            Thread.currentThread().join();
        } else {
            throw new IllegalStateException("event " + number + " was refused with " + result);
        }
    }

    private long record(final EventScript.Line line) {
        return recorder.record(line.type(), line.severity(), line.message(), line.reference(), line.attributes());
    }
}
