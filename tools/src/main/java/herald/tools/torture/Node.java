package herald.tools.torture;

import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The node under torture: a proxy, its recorders, perhaps a media driver and a small disk, and the collectors that it
 * delivers to.
 */
final class Node implements AutoCloseable {
    /** How the names of recorders begin. */
    static final String RECORDER = "recorder";

    private static final int JVM_FAILURE = 1;
    private static final int DRIVERS = 2;
    /** What Linux says where a file finds no room. */
    private static final String NO_ROOM = "No space left on device";
    private static final int MIN_PORT = 20_000;
    private static final int MAX_PORT = 32_000;
    private static final int MAX_ATTEMPTS = 100;

    private final RoundPlan plan;
    private final Path dir;
    private final ChildJvm jvm;
    private final Leftovers leftovers;
    private final long patienceMs;
    private final List<Collector> collectors = new ArrayList<>();
    private final ChildProcess[] recorders;
    private final SmallDisk disk;
    private final ChildProcess[] drivers = new ChildProcess[DRIVERS];
    private final Path aeronDir;
    private final Path farAeronDir;
    private ChildProcess proxy;
    private int starts;
    private int proxyStarts;
    private int endsByItself;

    /**
     * A node of which nothing is started but the collectors.
     *
     * @param plan      of the round.
     * @param dir       of the round.
     * @param jvm       of its processes.
     * @param leftovers told what there is to remove.
     * @param patience  how long it may take to start, to end or to come to rest.
     * @throws IOException where its files can't be written.
     */
    Node(final RoundPlan plan, final Path dir, final ChildJvm jvm, final Leftovers leftovers, final Duration patience)
        throws IOException, InterruptedException {
        this.plan = plan;
        this.dir = dir;
        this.jvm = jvm;
        this.leftovers = leftovers;
        this.patienceMs = patience.toMillis();
        this.recorders = new ChildProcess[plan.recorders()];
        Files.createDirectories(dataDir());
        disk = plan.diskMib() > 0 ? SmallDisk.mount(dataDir(), plan.diskMib()) : null;
        if (disk != null) {
            leftovers.disk(disk);
        }
        final Properties settings = new Properties();
        settings.putAll(plan.settings());
        aeronDir = aeronDir(dataDir());
        farAeronDir = aeronDir.resolveSibling(aeronDir.getFileName() + "-far");
        leftovers.directory(aeronDir);
        leftovers.directory(farAeronDir);
        settings.setProperty("aeronDir", aeronDir.toString());
        settings.setProperty("remotePort", Integer.toString(freeUdpPort()));
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

    /** One below those that the system gives to whoever wants any, so that it stays free while nobody listens. */
    private static int freeUdpPort() throws IOException {
        IOException failure = null;
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            final int port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT);
            try (DatagramSocket probe = new DatagramSocket(port)) {
                return probe.getLocalPort();
            } catch (final SocketException e) {
                failure = e;
            }
        }
        throw new IOException("no free UDP port from " + MIN_PORT + " to " + MAX_PORT, failure);
    }

    /** How long it may take to start, to end or to come to rest. */
    long patienceMs() {
        return patienceMs;
    }

    Path dataDir() {
        return ChildSettings.dataDir(dir);
    }

    Path spoolDir() {
        return HeraldDirectory.spoolDir(dataDir());
    }

    /** Starts every process that does not run. */
    void startAll() throws IOException {
        for (int i = 0; i < DRIVERS; i++) {
            startDriver(i);
        }
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
        }, patienceMs);
        if (!started) {
            throw new Difference("stuck: the processes are not ready within " + patienceMs + " ms");
        }
    }

    /** Starts a media driver where the plan has it and it does not run. */
    void startDriver(final int index) throws IOException {
        if (plan.hasDriver(index) && (drivers[index] == null || !drivers[index].isAlive())) {
            final Path directory = index == RoundPlan.NEAR_DRIVER ? aeronDir : farAeronDir;
            drivers[index] = leftovers.start("driver" + index + '-' + starts++,
                jvm.command(DriverChild.class, dir, directory.toString()), dir);
        }
    }

    /** Starts the proxy where it does not run. It waits by itself for a driver from outside. */
    void startProxy() throws IOException {
        if (proxy == null || !proxy.isAlive()) {
            proxy = leftovers.start("proxy-" + starts++,
                jvm.command(ProxyChild.class, dir, Integer.toString(proxyStarts++)), dir);
        }
    }

    /** Starts a recorder where it does not run. */
    void startRecorder(final int index) throws IOException {
        if (recorders[index] == null || !recorders[index].isAlive()) {
            recorders[index] = leftovers.start(recorderName(index) + '-' + starts++,
                jvm.command(RecorderChild.class, dir, recorderName(index), driverDir(index).toString()), dir);
        }
    }

    /** Where a recorder's media driver is: one in its own process gets a new directory at each start. */
    private Path driverDir(final int index) {
        if (index >= plan.remoteRecorders()) {
            return aeronDir;
        }
        if (plan.hasDriver(RoundPlan.FAR_DRIVER)) {
            return farAeronDir;
        }
        final Path own = farAeronDir.resolve(recorderName(index));
        TreeRemoval.remove(own);
        return own.resolve(Integer.toString(starts));
    }

    static String recorderName(final int index) {
        return RECORDER + index;
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

    /** The media driver of the proxy's host or of the other one; null where the plan has none. */
    ChildProcess driver(final int index) {
        return drivers[index];
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
        Stream.of(drivers).filter(Objects::nonNull).forEach(processes::add);
        return processes;
    }

    /**
     * Starts again what has ended by itself where a fault accounts for it.
     *
     * @throws Difference naming a process that ended where none does.
     */
    void tend() throws IOException, Difference {
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

    /** Nothing else accounts for an end than a full disk on which neither proxy nor spool can be begun. */
    private boolean mayEnd(final ChildProcess process) {
        return disk != null && disk.wasFull() && process.exitCode() == JVM_FAILURE && process.hasComplainedOf(NO_ROOM);
    }

    /**
     * Waits for a process that may have been asked to end, and may be stopped.
     *
     * @param process   that may have been started again meanwhile.
     * @throws Difference where it does not end, or not in order.
     */
    void awaitEnd(final ChildProcess process) throws IOException, InterruptedException, Difference {
        if (!process.isEndExpected()) {
            return;
        }
        process.resume();
        if (!process.awaitEnd(patienceMs)) {
            throw new Difference("stuck: " + process + " does not end " + patienceMs + " ms after SIGTERM");
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
