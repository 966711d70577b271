package herald.tools.torture;

import herald.link.HeraldDirectory;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The node under torture: a proxy, its recorders, and the collectors that it delivers to.
 */
final class Node implements AutoCloseable {
    private static final long DRIVER_TIMEOUT_MS = 5_000;

    private final RoundPlan plan;
    private final Path dir;
    private final ChildJvm jvm;
    private final Leftovers leftovers;
    private final List<Collector> collectors = new ArrayList<>();
    private final ChildProcess[] recorders;
    private ChildProcess proxy;
    private int starts;

    /**
     * A node of which nothing is started but the collectors.
     *
     * @param plan      of the round.
     * @param dir       of the round.
     * @param jvm       of its processes.
     * @param leftovers told what there is to remove.
     * @throws IOException where its files can't be written.
     */
    Node(final RoundPlan plan, final Path dir, final ChildJvm jvm, final Leftovers leftovers) throws IOException {
        this.plan = plan;
        this.dir = dir;
        this.jvm = jvm;
        this.leftovers = leftovers;
        this.recorders = new ChildProcess[plan.recorders()];
        Files.createDirectories(dataDir());
        final Properties settings = new Properties();
        settings.putAll(plan.settings());
        final Path aeronDir = aeronDir(dataDir());
        leftovers.directory(aeronDir);
        settings.setProperty("aeronDir", aeronDir.toString());
        settings.setProperty("driverTimeoutMs", Long.toString(DRIVER_TIMEOUT_MS));
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
    void startAll() throws IOException {
        startProxy();
        for (int i = 0; i < recorders.length; i++) {
            startRecorder(i);
        }
    }

    /** Starts the proxy where it does not run. */
    void startProxy() throws IOException {
        if (proxy == null || !proxy.isAlive()) {
            proxy = leftovers.start("proxy-" + starts++, jvm.command(ProxyChild.class, dir.toString()), dir);
        }
    }

    /** Starts a recorder where it does not run. */
    void startRecorder(final int index) throws IOException {
        if (recorders[index] == null || !recorders[index].isAlive()) {
            recorders[index] = leftovers.start(recorderName(index) + '-' + starts++,
                jvm.command(RecorderChild.class, dir.toString(), recorderName(index)), dir);
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

    List<Collector> collectors() {
        return collectors;
    }

    /** Every process that was started last under its name. */
    List<ChildProcess> processes() {
        final List<ChildProcess> processes = new ArrayList<>(List.of(recorders));
        processes.add(proxy);
        return processes;
    }

    /**
     * Makes sure that nothing ended but by a fault.
     *
     * @throws Difference naming the process that did.
     */
    void requireNoEndByItself() throws Difference {
        for (final ChildProcess process : processes()) {
            if (process.hasEndedByItself()) {
                throw new Difference(process + " ended by itself with " + process.exitCode());
            }
        }
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
