package herald.tools.torture;

import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The node under torture: a proxy, its recorders, perhaps a media driver and a small disk, and the collectors that it
 * delivers to.
 */
final class Node implements AutoCloseable {
    /** How the names of recorders begin. */
    static final String RECORDER = "recorder";
    /** How the names of proxies begin. */
    static final String PROXY = "proxy";

    private static final int JVM_FAILURE = 1;
    private static final int DRIVERS = 2;
    /** What Linux says where a file finds no room. */
    private static final String NO_ROOM = "No space left on device";

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
    private final ManagerProcess manager;
    private final SyslogCollector syslog;
    private final DirectoryRollback rollback = new DirectoryRollback(this);
    private ChildProcess proxy;
    private boolean adoptsCopy;
    private boolean proxyAdopts;
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
        final Path ownDir = HeraldDirectory.aeronDir(dataDir());
        aeronDir = plan.fixesAeronDir() ? besides(ownDir, "fixed") : ownDir;
        farAeronDir = besides(aeronDir, "far");
        leftovers.directory(aeronDir);
        leftovers.directory(farAeronDir);
        settings.setProperty("aeronDir", aeronDir.toString());
        settings.setProperty("remotePort", Integer.toString(FreePorts.udp()));
        manager = plan.hasManager() ?
            new ManagerProcess(this, ManagerProcess.find(jvm), besides(aeronDir, ManagerProcess.WRITER)) : null;
        if (manager != null) {
            leftovers.directory(besides(aeronDir, ManagerProcess.WRITER));
            settings.setProperty("managerPort", Integer.toString(manager.port()));
        }
        for (int i = 0; i < RoundPlan.COLLECTORS; i++) {
            final Collector collector = new Collector("torture-collector-" + i);
            collectors.add(collector);
            settings.setProperty("port-" + i, Integer.toString(collector.port()));
        }
        syslog = plan.hasSyslog() ? openSyslog() : null;
        if (syslog != null) {
            settings.setProperty("syslogTarget", syslog.target());
        }
        ChildSettings.write(dir, settings);
    }

    private SyslogCollector openSyslog() throws IOException, InterruptedException {
        final VanishingAddress address = VanishingAddress.open();
        leftovers.address(address);
        return new SyslogCollector(address);
    }

    private static Path besides(final Path directory, final String what) {
        return directory.resolveSibling(directory.getFileName() + "-" + what);
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

    /** Where recorders of both hosts keep their spools. */
    List<Path> spoolDirs() throws IOException {
        return List.of(spoolDir(), ChildSettings.read(dir).remoteSpoolDir());
    }

    /** Where the media driver of the proxy's host is. */
    Path aeronDir() {
        return aeronDir;
    }

    /** Starts every process that does not run. */
    void startAll() throws IOException {
        startManager();
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
                (manager == null || manager.process().hasSaid(ManagerChild.READY)) &&
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
            drivers[index] = start("driver" + index, DriverChild.class, directory.toString());
        }
    }

    /** Starts the events manager where the plan has one and it does not run. */
    void startManager() throws IOException {
        if (manager != null) {
            manager.start();
        }
    }

    /** From now on the proxy is told to adopt its directory, until it is ready in it. */
    void adoptCopy() {
        adoptsCopy = true;
    }

    /** Starts the proxy where it does not run. It waits by itself for a driver from outside. */
    void startProxy() throws IOException {
        if (proxy == null || !proxy.isAlive()) {
            adoptsCopy &= !(proxyAdopts && proxy.hasSaid(ProxyChild.READY));
            proxyAdopts = adoptsCopy;
            proxy = start(PROXY, ProxyChild.class, Integer.toString(proxyStarts++), Boolean.toString(adoptsCopy));
        }
    }

    /** Starts a proxy with the settings of the one that runs. */
    ChildProcess startSecondProxy() throws IOException {
        return start("second-proxy", ProxyChild.class, Integer.toString(proxyStarts - 1), Boolean.toString(false));
    }

    /** Starts a recorder where it does not run. */
    void startRecorder(final int index) throws IOException {
        if (recorders[index] == null || !recorders[index].isAlive()) {
            recorders[index] =
                start(recorderName(index), RecorderChild.class, recorderName(index), driverDir(index).toString());
        }
    }

    /**
     * Starts a process that is killed at the end of the round.
     *
     * @param name that begins its own.
     * @param main class to run.
     * @param args behind the directory of the round.
     * @return the process.
     */
    ChildProcess start(final String name, final Class<?> main, final String... args) throws IOException {
        return start(name, jvm, main, args);
    }

    /** The same in another JVM. */
    ChildProcess start(final String name, final ChildJvm other, final Class<?> main, final String... args)
        throws IOException {
        return leftovers.start(name + '-' + starts++, other.command(main, dir, args), dir);
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

    /** The events manager; null where the plan has none. */
    ManagerProcess manager() {
        return manager;
    }

    /** The syslog receiver; null where the plan has none. */
    SyslogCollector syslog() {
        return syslog;
    }

    /** What is put back in this round. */
    DirectoryRollback rollback() {
        return rollback;
    }

    Leftovers leftovers() {
        return leftovers;
    }

    List<Collector> collectors() {
        return collectors;
    }

    /** Every process that was started last under its name. */
    List<ChildProcess> processes() {
        final List<ChildProcess> processes = new ArrayList<>(List.of(recorders));
        processes.add(proxy);
        if (manager != null) {
            processes.add(manager.process());
        }
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
        CloseHelper.quietClose(syslog);
    }
}
