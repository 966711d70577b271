package herald.tools.torture;

import herald.link.HeraldDirectory;
import herald.tools.ExitCode;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The node under torture: a proxy, its recorders, perhaps a media driver and a small disk, and the collectors that it
 * delivers to.
 */
final class Node implements AutoCloseable {
    private static final long START_TIMEOUT_MS = 60_000;
    private static final int JVM_FAILURE = 1;
    /** Ends the names of the exceptions by which Aeron says that driver and client lost each other. */
    private static final String TIMEOUT = "TimeoutException";

    private final RoundPlan plan;
    private final Path dir;
    private final ChildJvm jvm;
    private final Leftovers leftovers;
    private final List<Collector> collectors = new ArrayList<>();
    private final ChildProcess[] recorders;
    private final SmallDisk disk;
    private ChildProcess driver;
    private ChildProcess proxy;
    private int starts;
    private int endsByItself;

    /**
     * A node of which nothing is started but the collectors.
     *
     * @param plan      of the round.
     * @param dir       of the round.
     * @param jvm       of its processes.
     * @param leftovers told what there is to remove.
     * @throws IOException where its files can't be written.
     */
    Node(final RoundPlan plan, final Path dir, final ChildJvm jvm, final Leftovers leftovers)
        throws IOException, InterruptedException {
        this.plan = plan;
        this.dir = dir;
        this.jvm = jvm;
        this.leftovers = leftovers;
        this.recorders = new ChildProcess[plan.recorders()];
        Files.createDirectories(dataDir());
        disk = plan.diskMib() > 0 ? SmallDisk.mount(dataDir(), plan.diskMib()) : null;
        if (disk != null) {
            leftovers.disk(disk);
        }
        final Properties settings = new Properties();
        settings.putAll(plan.settings());
        final Path aeronDir = aeronDir(dataDir());
        leftovers.directory(aeronDir);
        settings.setProperty("aeronDir", aeronDir.toString());
        for (int i = 0; i < RoundPlan.COLLECTORS; i++) {
            final Collector collector = new Collector("torture-collector-" + i);
            collectors.add(collector);
            settings.setProperty("port-" + i, Integer.toString(collector.port()));
        }
        ChildSettings.write(dir, settings);
    }

    /** The proxy calls its media driver's directory after its user, which children are told is this harness. */
    private static Path aeronDir(final Path dataDir) {
        final Path own = HeraldDirectory.aeronDir(dataDir);
        final String name = own.getFileName().toString();
        return own.resolveSibling("herald-" + ChildJvm.USER + name.substring(name.lastIndexOf('-')));
    }

    Path dataDir() {
        return ChildSettings.dataDir(dir);
    }

    Path spoolDir() {
        return HeraldDirectory.spoolDir(dataDir());
    }

    /** Starts every process that does not run. */
    void startAll() throws IOException, InterruptedException, Difference {
        startProxy();
        for (int i = 0; i < recorders.length; i++) {
            startRecorder(i);
        }
    }

    /**
     * Waits until everything that was started has got so far.
     *
     * @throws Difference where something ended or does not get there.
     */
    void awaitStarted() throws IOException, InterruptedException, Difference {
        final boolean started = Await.until(() -> {
            tend();
            return proxy.hasSaid(ProxyChild.READY) &&
                recorders().stream().allMatch(recorder -> recorder.hasSaid(RecorderChild.READY));
        }, START_TIMEOUT_MS);
        if (!started) {
            throw new Difference("stuck: the processes are not ready within " + START_TIMEOUT_MS + " ms");
        }
    }

    /** Starts the media driver where the plan has one and it does not run. */
    void startDriver() throws IOException {
        if (plan.hasExternalDriver() && (driver == null || !driver.isAlive())) {
            driver = leftovers.start("driver-" + starts++, jvm.command(DriverChild.class, dir), dir);
        }
    }

    /** Starts the proxy where it does not run. A driver has to be there before: else the proxy embeds one. */
    void startProxy() throws IOException, InterruptedException, Difference {
        if (proxy != null && proxy.isAlive()) {
            return;
        }
        startDriver();
        if (driver != null) {
            driver.resume();
            if (!Await.until(() -> driver.hasSaid(DriverChild.READY) || !driver.isAlive(), START_TIMEOUT_MS) ||
                !driver.isAlive()) {
                throw new Difference("stuck: " + driver + " does not start");
            }
        }
        proxy = leftovers.start("proxy-" + starts++, jvm.command(ProxyChild.class, dir), dir);
    }

    /** Lets a proxy that starts choose its media driver: one that finds none alive embeds its own in that place. */
    void settleProxy() throws IOException, InterruptedException, Difference {
        proxy.resume();
        Await.until(() -> !proxy.isAlive() || proxy.hasSaid(ProxyChild.READY), START_TIMEOUT_MS);
    }

    /** Starts a recorder where it does not run. */
    void startRecorder(final int index) throws IOException {
        if (recorders[index] == null || !recorders[index].isAlive()) {
            recorders[index] = leftovers.start(recorderName(index) + '-' + starts++,
                jvm.command(RecorderChild.class, dir, recorderName(index)), dir);
        }
    }

    static String recorderName(final int index) {
        return "recorder" + index;
    }

    ChildProcess proxy() {
        return proxy;
    }

    ChildProcess recorder(final int index) {
        return recorders[index];
    }

    List<ChildProcess> recorders() {
        return List.of(recorders);
    }

    /** The media driver; null where the proxy has its own. */
    ChildProcess driver() {
        return driver;
    }

    /** The small disk; null where the plan has none. */
    SmallDisk disk() {
        return disk;
    }

    List<Collector> collectors() {
        return collectors;
    }

    /** Every process that was started last under its name. */
    List<ChildProcess> processes() {
        final List<ChildProcess> processes = new ArrayList<>(List.of(recorders));
        processes.add(proxy);
        if (driver != null) {
            processes.add(driver);
        }
        return processes;
    }

    /**
     * Starts again what has ended by itself where a fault accounts for it.
     *
     * @throws Difference naming a process that ended where none does.
     */
    void tend() throws IOException, InterruptedException, Difference {
        for (final ChildProcess process : processes()) {
            if (process.hasEndedByItself() && !mayEnd(process)) {
                throw new Difference(process + " ended by itself with " + process.exitCode());
            }
        }
        if (disk != null && disk.isFull()) {
            return;
        }
        if (proxy.hasEndedByItself()) {
            endsByItself++;
            startProxy();
        }
        for (int i = 0; i < recorders.length; i++) {
            if (recorders[i].hasEndedByItself()) {
                endsByItself++;
                startRecorder(i);
            }
        }
    }

    /** A proxy may stop where driver and clients lost each other; nothing starts on a full disk. */
    private boolean mayEnd(final ChildProcess process) {
        final boolean lostDriver = process == proxy && plan.isImpatient() &&
            (process.exitCode() == ExitCode.INTERNAL || process.hasComplainedOf(TIMEOUT));
        final boolean noRoom = disk != null && disk.wasFull() && process != driver &&
            process.exitCode() == JVM_FAILURE;
        return lostDriver || noRoom;
    }

    /**
     * Waits for a process that may have been asked to end, and may be stopped.
     *
     * @param process   that may have been started again meanwhile.
     * @param timeoutMs how long at most.
     * @throws Difference where it does not end, or not in order.
     */
    void awaitEnd(final ChildProcess process, final long timeoutMs)
        throws IOException, InterruptedException, Difference {
        if (!process.isEndExpected()) {
            return;
        }
        process.resume();
        if (!process.awaitEnd(timeoutMs)) {
            throw new Difference("stuck: " + process + " does not end " + timeoutMs + " ms after SIGTERM");
        }
        if (!process.hasEndedInOrder() && !mayEnd(process)) {
            throw new Difference(process + " ended with " + process.exitCode() + " when it was asked to end");
        }
    }

    /** How often a process ended by itself because of a fault. */
    int endsByItself() {
        return endsByItself;
    }

    RoundPlan plan() {
        return plan;
    }

    Path dir() {
        return dir;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(collectors);
    }
}
