package herald.bench.rig;

import herald.dedup.DedupHandler;
import herald.engine.ThreadingMode;
import herald.link.Profile;
import herald.stage.Durability;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * What a node of the rig is: its link, its proxy's settings, its recorders and their events. Handed on to the node's
 * processes in a file.
 */
public final class RigSettings {
    /** What recorders and proxy talk over. */
    public enum Link {
        /** Shared memory, the media driver embedded in the proxy. */
        IPC,
        /** UDP on the loopback interface, sealed, with a media driver in each recorder process. */
        UDP
    }

    /** Where the proxy delivers to. */
    public enum Destination {
        /** Nowhere: the writer notes the time and is done. */
        NULL,
        /** A file of JSON lines beside the proxy's logs; the time is noted once it is flushed. */
        FILE
    }

    /** Keys that repeats are drawn from. */
    public static final int KEYS = 1_000;

    /** After which media driver and clients take each other for dead: a node may be paused for as long. */
    static final long DRIVER_TIMEOUT_MS = TimeUnit.MINUTES.toMillis(10);
    /** What the journal keeps beyond what is needed: little, so that its pages come round in memory. */
    static final long JOURNAL_RETENTION_LENGTH = 256L * 1024 * 1024;

    private static final String FILE_NAME = "rig.properties";
    private static final int DEDUP_INTERVAL_SECONDS = 10;
    private static final int MAX_RECORDERS = 1_000;
    private static final int MAX_PROCESSES = 8;
    private static final int PERCENT = 100;
    private static final int SPOOL_LENGTH = 16 * 1024 * 1024;
    private static final int MIN_SPOOL_LENGTH = 256 * 1024;

    private Link link = Link.IPC;
    private Profile profile = Profile.DEFAULT;
    private Durability durability = Durability.PROCESS;
    private ThreadingMode threading;
    private Destination destination = Destination.NULL;
    private int recorders = 1;
    private int processes = 1;
    private int repeatPercent = 90;
    private long maxRate = 2_000_000;
    private long dedupKeyLimit;
    private boolean observeDelivery = true;
    private Path dataParent = Path.of(System.getProperty("java.io.tmpdir"));
    private List<String> proxyJvm = List.of();
    private List<String> recorderJvm = List.of();

    /** IPC by default. */
    public RigSettings link(final Link value) {
        link = value;
        return this;
    }

    /** Of proxy and recorders; {@link Profile#DEFAULT} by default. With low latency recorders are stepped. */
    public RigSettings profile(final Profile value) {
        profile = value;
        return this;
    }

    /** When the proxy acknowledges; {@link Durability#PROCESS} by default. */
    public RigSettings durability(final Durability value) {
        durability = value;
        return this;
    }

    /** The proxy's threads; null, the default, leaves it to the proxy. */
    public RigSettings threading(final ThreadingMode value) {
        threading = value;
        return this;
    }

    /** {@link Destination#NULL} by default. */
    public RigSettings destination(final Destination value) {
        destination = value;
        return this;
    }

    /**
     * How many recorders, in how many processes; one of each by default. A process has one thread that records for all
     * its recorders in turn; where it has more than one, that thread steps them too.
     */
    public RigSettings recorders(final int count, final int inProcesses) {
        if (count < 1 || count > MAX_RECORDERS || inProcesses < 1 || inProcesses > MAX_PROCESSES ||
            count % inProcesses != 0) {
            throw new IllegalArgumentException(count + " recorders in " + inProcesses + " processes: it must be 1 to " +
                MAX_RECORDERS + " recorders, as many in each of 1 to " + MAX_PROCESSES + " processes");
        }
        recorders = count;
        processes = inProcesses;
        return this;
    }

    /** How many events of a hundred are drawn from {@link #KEYS} keys, the others being new; 90 by default. */
    public RigSettings repeatPercent(final int value) {
        if (value < 0 || value > PERCENT) {
            throw new IllegalArgumentException("repeats are " + value + " %: they must be from 0 to 100");
        }
        repeatPercent = value;
        return this;
    }

    /** Events/s that dedup has to hold the keys of; 2 million by default. */
    public RigSettings maxRate(final long value) {
        maxRate = value;
        return this;
    }

    /** Keys that dedup holds; 0, the default, means enough for {@link #maxRate} over the dedup interval. */
    public RigSettings dedupKeyLimit(final long value) {
        dedupKeyLimit = value;
        return this;
    }

    /** Whether latency runs look at dispatch log and writer too, which costs a poll of the log; true by default. */
    public RigSettings observeDelivery(final boolean value) {
        observeDelivery = value;
        return this;
    }

    /** Where the node's data directory is made, on a disk or in memory; by default where temporary files are. */
    public RigSettings dataParent(final Path value) {
        dataParent = value;
        return this;
    }

    /** More options for the proxy's JVM. */
    public RigSettings proxyJvm(final List<String> value) {
        proxyJvm = List.copyOf(value);
        return this;
    }

    /** More options for the recorders' JVMs. */
    public RigSettings recorderJvm(final List<String> value) {
        recorderJvm = List.copyOf(value);
        return this;
    }

    /** What recorders and proxy talk over. */
    public Link link() {
        return link;
    }

    /** Idle strategies and threads. */
    public Profile profile() {
        return profile;
    }

    /** When the proxy acknowledges. */
    public Durability durability() {
        return durability;
    }

    /** The proxy's threads, or null. */
    public ThreadingMode threading() {
        return threading;
    }

    /** Where the proxy delivers to. */
    public Destination destination() {
        return destination;
    }

    /** How many recorders. */
    public int recorders() {
        return recorders;
    }

    /** In how many processes. */
    public int processes() {
        return processes;
    }

    /** How many events of a hundred are repeats. */
    public int repeatPercent() {
        return repeatPercent;
    }

    /** Keys that dedup holds for each generation. */
    public long dedupKeyLimit() {
        final long fresh = maxRate * DEDUP_INTERVAL_SECONDS * (PERCENT - repeatPercent) / PERCENT;
        return dedupKeyLimit > 0 ? dedupKeyLimit : fresh + fresh / 4 + 2L * KEYS;
    }

    /** Whether latency runs look at dispatch log and writer. */
    public boolean observeDelivery() {
        return observeDelivery;
    }

    /** Whether the thread that records steps its recorders. */
    public boolean isStepped() {
        return profile == Profile.LOW_LATENCY || recorders > processes;
    }

    /** Of each recorder: less where there are many. */
    public int spoolLength() {
        return Math.max(MIN_SPOOL_LENGTH, Integer.highestOneBit(SPOOL_LENGTH / (recorders / processes)));
    }

    Path dataParent() {
        return dataParent;
    }

    /** Keys held in the proxy's index: as many as can be. */
    int dedupIndexLimit() {
        return (int)Math.min(DedupHandler.MAX_INDEX_LIMIT, dedupKeyLimit());
    }

    List<String> proxyJvm() {
        return proxyJvm;
    }

    List<String> recorderJvm() {
        return recorderJvm;
    }

    void write(final Path dir) throws IOException {
        final Properties properties = new Properties();
        properties.setProperty("link", link.name());
        properties.setProperty("profile", profile.name());
        properties.setProperty("durability", durability.name());
        properties.setProperty("threading", threading == null ? "" : threading.name());
        properties.setProperty("destination", destination.name());
        properties.setProperty("recorders", Integer.toString(recorders));
        properties.setProperty("processes", Integer.toString(processes));
        properties.setProperty("repeatPercent", Integer.toString(repeatPercent));
        properties.setProperty("dedupKeyLimit", Long.toString(dedupKeyLimit()));
        try (Writer writer = Files.newBufferedWriter(dir.resolve(FILE_NAME))) {
            properties.store(writer, null);
        }
    }

    static RigSettings read(final Path dir) throws IOException {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(dir.resolve(FILE_NAME))) {
            properties.load(reader);
        }
        final String threading = properties.getProperty("threading");
        return new RigSettings()
            .link(Link.valueOf(properties.getProperty("link")))
            .profile(Profile.valueOf(properties.getProperty("profile")))
            .durability(Durability.valueOf(properties.getProperty("durability")))
            .threading(threading.isEmpty() ? null : ThreadingMode.valueOf(threading))
            .destination(Destination.valueOf(properties.getProperty("destination")))
            .recorders(Integer.parseInt(properties.getProperty("recorders")),
                Integer.parseInt(properties.getProperty("processes")))
            .repeatPercent(Integer.parseInt(properties.getProperty("repeatPercent")))
            .dedupKeyLimit(Long.parseLong(properties.getProperty("dedupKeyLimit")));
    }

    @Override
    public String toString() {
        return String.join(", ", link.name(), profile.name(), "durability " + durability,
            "threading " + (threading == null ? "default" : threading), "writer " + destination,
            recorders + " recorders in " + processes + " processes", repeatPercent + " % repeats");
    }
}
