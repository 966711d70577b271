package herald.bench.rig;

import herald.bench.BenchEvent;
import herald.engine.LocalMediaDriver;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.RemoteProxy;
import herald.seal.SharedKey;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Recorders of a node of the rig, in a process of their own with one thread that records for all of them.
 */
final class RecorderMain {
    /** What it says once all its recorders are live. */
    static final String READY = "ready";
    /** Asks for each recorder's id and next sequence. */
    static final String SEQUENCES = "sequences";
    /** Runs an open schedule. */
    static final String LATENCY = "latency";
    /** Records as fast as the spools take it. */
    static final String THROUGHPUT = "throughput";
    /** Records one event that is no repeat and waits until it is acknowledged. */
    static final String MARK = "mark";
    /** Says that a run is done, with its results. */
    static final String DONE = "done";

    private static final long FULL_SPOOL_WAIT_NS = TimeUnit.SECONDS.toNanos(30);

    private RecorderMain() {
    }

    /**
     * Runs recorders until it is asked to stop.
     *
     * @param args directory of the node, number of the process, directory of the media driver, the proxy's endpoint.
     * @throws Exception where they can't go on.
     */
    public static void main(final String[] args) throws Exception {
        final Path dir = Path.of(args[0]);
        final int process = Integer.parseInt(args[1]);
        final RigSettings settings = RigSettings.read(dir);
        final ChildCommands commands = ChildCommands.listen();
        final LocalMediaDriver driver = settings.link() == RigSettings.Link.IPC ? null :
            LocalMediaDriver.launch(args[2], RigSettings.DRIVER_TIMEOUT_MS,
                error -> System.err.println("media driver: " + error));
        final EventRecorder[] recorders = new EventRecorder[settings.recorders() / settings.processes()];
        for (int i = 0; i < recorders.length; i++) {
            recorders[i] = EventRecorder.launch(context(settings, dir, args));
        }
        final RecorderGroup group = new RecorderGroup(settings, process, recorders);
        group.awaitLive();
        ChildCommands.answer(READY);
        serve(commands, group, process);
        for (final EventRecorder recorder : recorders) {
            recorder.close();
        }
        if (driver != null) {
            driver.close();
        }
        System.exit(0);
    }

    private static EventRecorder.Context context(final RigSettings settings, final Path dir, final String[] args)
        throws IOException {
        final EventRecorder.Context context = new EventRecorder.Context()
            .component(BenchEvent.COMPONENT)
            .eventTypes(ClusterEvents.CATALOG)
            .profile(settings.profile())
            .driverTimeoutMs(RigSettings.DRIVER_TIMEOUT_MS)
            .spoolDir(HeraldDirectory.spoolDir(NodeFiles.dataDir(dir)))
            .spoolLength(settings.spoolLength())
            .aeronDirectoryName(args[2])
            .useConductorInvoker(settings.isStepped())
            .fullSpoolWaitNs(settings.isStepped() ? 0 : FULL_SPOOL_WAIT_NS);
        if (settings.link() == RigSettings.Link.UDP) {
            context.spoolDir(NodeFiles.remoteSpoolDir(dir))
                .remoteProxy(new RemoteProxy(args[3], SharedKey.read(NodeFiles.keyFile(dir))));
        }
        return context;
    }

    private static void serve(final ChildCommands commands, final RecorderGroup group, final int process)
        throws InterruptedException {
        for (String[] words = await(commands, group); !words[0].equals(ChildCommands.STOP);
            words = await(commands, group)) {
            switch (words[0]) {
                case SEQUENCES -> ChildCommands.answer(SEQUENCES + group.sequences());
                case LATENCY -> ChildCommands.answer(new LatencyRun(group, process, Schedule.ofWords(words, 1)).run());
                case THROUGHPUT -> ChildCommands.answer(new ThroughputRun(group,
                    Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])).run());
                case MARK -> {
                    group.recordMark();
                    ChildCommands.answer(DONE);
                }
                default -> throw new IllegalArgumentException("unknown command: " + words[0]);
            }
        }
    }

    /** Recorders that are stepped need it while nobody records, too. */
    private static String[] await(final ChildCommands commands, final RecorderGroup group) throws InterruptedException {
        String[] words = commands.poll(1);
        while (words == null) {
            group.stepAll();
            words = commands.poll(1);
        }
        return words;
    }
}
