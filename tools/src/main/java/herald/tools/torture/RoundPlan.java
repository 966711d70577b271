package herald.tools.torture;

import herald.engine.ThreadingMode;
import herald.stage.Durability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What happens in a round, drawn from its seed: the settings of all processes, and the faults with their times. The
 * same seed is the same plan; how the processes interleave is the machine's own.
 *
 * @param seed      of the round.
 * @param recorders how many there are.
 * @param settings  of proxy and recorders, by the names that {@link ChildSettings} reads.
 * @param faults    in the order of their times.
 */
record RoundPlan(long seed, int recorders, Properties settings, List<Fault> faults) {
    /** Index of the media driver of the proxy's host. */
    static final int NEAR_DRIVER = 0;
    /** Index of the media driver of the other host. */
    static final int FAR_DRIVER = 1;
    /** How many collectors a round has. */
    static final int COLLECTORS = 2;
    /** Limit of an encoded event in bytes. */
    static final int MAX_EVENT_LENGTH = 4096;

    private static final int KIB = 1024;
    private static final int UNLIMITED = 1024 * 1024 * 1024;
    private static final long MIN_SPAN_MS = 900;
    private static final long MAX_SPAN_MS = 1900;
    private static final int SHORT_TIMEOUT_MS = 1_200;
    private static final int LONG_TIMEOUT_MS = 10_000;
    private static final int UNCHANGED_KEY_LIMIT = 20_000;
    private static final String[] IGNORED_ATTRIBUTES = {
        EventScript.NUMBER, EventScript.NUMBER + " pid", "torture.* r*", "*.n ?id *ö"};
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    /**
     * Draws a plan.
     *
     * @param seed of the round.
     * @return the plan.
     */
    static RoundPlan draw(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int recorders = random.nextInt(1, 5);
        final Properties settings = new Properties();
        settings.setProperty("seed", Long.toString(seed));
        drawProxy(random, settings);
        drawRecorders(random, settings);
        drawWorld(random, settings);
        drawOtherHost(random, settings, recorders);
        drawRetention(random, settings);
        drawIgnoredAttributes(new SplittableRandom(seed + GOLDEN), settings);
        final RoundPlan plan = new RoundPlan(seed, recorders, settings, new ArrayList<>());
        plan.drawFaults(random);
        LaterFaults.draw(new SplittableRandom(seed - GOLDEN), plan);
        return plan;
    }

    /**
     * How often a fault occurs.
     *
     * @param kind of it.
     * @return from 0.
     */
    long count(final FaultKind kind) {
        return faults.stream().filter(fault -> fault.kind() == kind).count();
    }

    private static void drawProxy(final SplittableRandom random, final Properties settings) {
        final int dispatchSegment = shifted(64 * KIB, random, 3);
        put(settings, "threadingMode", random.nextBoolean() ? ThreadingMode.SHARED : ThreadingMode.DEDICATED);
        put(settings, "durability", List.of(Durability.values()).get(random.nextInt(Durability.values().length)));
        put(settings, "forceIntervalMs", random.nextInt(5, 60));
        drawDedup(random, settings);
        put(settings, "batchIntervalMs", random.nextInt(20, 300));
        put(settings, "batchLengthLimit", random.nextInt(4 * MAX_EVENT_LENGTH, dispatchSegment / 4 + 1));
        put(settings, "changesSettings", random.nextInt(3) == 0);
        put(settings, "ringLength", shifted(64, random, 5));
        put(settings, "arenaLength", shifted(16 * KIB, random, 5));
        put(settings, "journalSegmentLength", shifted(64 * KIB, random, 3));
        put(settings, "dispatchSegmentLength", dispatchSegment);
        put(settings, "adoptIntervalMs", random.nextInt(50, 800));
        put(settings, "chunkLength", 1 + random.nextInt(40));
    }

    private static void drawDedup(final SplittableRandom random, final Properties settings) {
        put(settings, "dedupIntervalMs", random.nextInt(500, 3000));
        put(settings, "dedupKeyLimit", random.nextInt(3) == 0 ? random.nextInt(3, 60) : UNCHANGED_KEY_LIMIT);
    }

    /** The number of an event is always among them: without it nothing would repeat. */
    private static void drawIgnoredAttributes(final SplittableRandom random, final Properties settings) {
        put(settings, "ignoredAttributes", IGNORED_ATTRIBUTES[random.nextInt(IGNORED_ATTRIBUTES.length)]);
    }

    /**
     * The settings of a start of the proxy: where a plan changes them, dedup or batching or both are others than at the
     * start before.
     *
     * @param settings of the round; changed.
     * @param start    of the proxy, from 0.
     */
    static void drawStart(final Properties settings, final int start) {
        if (start == 0 || !Boolean.parseBoolean(settings.getProperty("changesSettings"))) {
            return;
        }
        final SplittableRandom random =
            new SplittableRandom(Long.parseLong(settings.getProperty("seed")) + start * GOLDEN);
        final int what = random.nextInt(3);
        if (what != 0) {
            drawDedup(random, settings);
            drawIgnoredAttributes(random, settings);
        }
        if (what != 1) {
            put(settings, "batchIntervalMs", random.nextInt(20, 300));
            put(settings, "batchLengthLimit", random.nextInt(4 * MAX_EVENT_LENGTH,
                Integer.parseInt(settings.getProperty("dispatchSegmentLength")) / 4 + 1));
        }
    }

    private static void drawRecorders(final SplittableRandom random, final Properties settings) {
        put(settings, "spoolLength", shifted(64 * KIB, random, 3));
        put(settings, "burstLength", random.nextInt(1, 120));
        put(settings, "pauseUs", random.nextInt(2_000, 40_000));
        put(settings, "texts", random.nextInt(1, 9));
        put(settings, "longEventsPerMille", random.nextInt(3) == 0 ? 150 : 10);
    }

    private static void drawWorld(final SplittableRandom random, final Properties settings) {
        final boolean external = random.nextInt(4) == 0;
        final boolean impatient = external || random.nextInt(3) == 0;
        put(settings, "externalDriver", external);
        put(settings, "livenessMs", impatient ? SHORT_TIMEOUT_MS : LONG_TIMEOUT_MS);
        put(settings, "driverTimeoutMs", impatient ? SHORT_TIMEOUT_MS : LONG_TIMEOUT_MS);
        put(settings, "diskMib", random.nextInt(4) == 0 ? random.nextInt(12, 24) : 0);
    }

    /** In half of the rounds some recorders are on another host: each with a media driver, or all with one. */
    private static void drawOtherHost(
        final SplittableRandom random, final Properties settings, final int recorders) {
        final int remote = random.nextBoolean() ? random.nextInt(1, recorders + 1) : 0;
        final boolean farDriver = remote > 0 && random.nextInt(3) == 0;
        put(settings, "remoteRecorders", remote);
        put(settings, "farDriver", farDriver);
        if (farDriver) {
            put(settings, "livenessMs", SHORT_TIMEOUT_MS);
            put(settings, "driverTimeoutMs", SHORT_TIMEOUT_MS);
        }
    }

    /** In a third of the rounds both logs keep a few short segments only. */
    private static void drawRetention(final SplittableRandom random, final Properties settings) {
        final boolean retains = random.nextInt(3) == 0;
        if (retains) {
            put(settings, "journalSegmentLength", 64 * KIB);
            put(settings, "dispatchSegmentLength", 64 * KIB);
            put(settings, "batchLengthLimit", 4 * MAX_EVENT_LENGTH);
            put(settings, "dedupIntervalMs", random.nextInt(200, 800));
            put(settings, "texts", random.nextInt(4, 9));
        }
        put(settings, "journalRetention", retains ? 64 * KIB * random.nextInt(1, 4) : UNLIMITED);
        put(settings, "dispatchRetention", retains ? 64 * KIB * random.nextInt(1, 4) : UNLIMITED);
    }

    /** Whether proxy and recorders, or those of the other host, use a media driver in a process of its own. */
    boolean hasDriver(final int index) {
        return Boolean.parseBoolean(settings.getProperty(index == NEAR_DRIVER ? "externalDriver" : "farDriver"));
    }

    /** How many of the recorders, the first ones, are on another host. */
    int remoteRecorders() {
        return Integer.parseInt(settings.getProperty("remoteRecorders"));
    }

    /** Whether segments are released. */
    boolean hasRetention() {
        return retention("journalRetention") < UNLIMITED;
    }

    /** How many bytes of a log are kept. */
    long retention(final String name) {
        return Long.parseLong(settings.getProperty(name));
    }

    /** Whether each start of the proxy has settings of its own. */
    boolean changesSettings() {
        return Boolean.parseBoolean(settings.getProperty("changesSettings"));
    }

    /** Size of the data directory's file system in MiB; 0 for that of the machine. */
    int diskMib() {
        return Integer.parseInt(settings.getProperty("diskMib"));
    }

    /** Whether the proxy has its own media driver in a directory that it is told. */
    boolean fixesAeronDir() {
        return Boolean.parseBoolean(settings.getProperty("fixedAeronDir"));
    }

    /** Whether the proxy delivers to an events manager. */
    boolean hasManager() {
        return Boolean.parseBoolean(settings.getProperty("manager"));
    }

    /** Whether the proxy delivers to a syslog receiver. */
    boolean hasSyslog() {
        return Boolean.parseBoolean(settings.getProperty("syslog"));
    }

    /**
     * The same plan without some kinds of faults, and without what only they need.
     *
     * @param kinds to leave out.
     * @return the plan of what is left.
     */
    RoundPlan without(final Set<FaultKind> kinds) {
        final Properties other = new Properties();
        other.putAll(settings);
        if (kinds.contains(FaultKind.DISK_FULL)) {
            put(other, "diskMib", 0);
        }
        if (kinds.contains(FaultKind.PROXY_RESTART)) {
            put(other, "fixedAeronDir", false);
        }
        if (kinds.contains(FaultKind.MANAGER_KILL) && kinds.contains(FaultKind.MANAGER_PAUSE)) {
            put(other, "manager", false);
        }
        if (kinds.containsAll(
            Set.of(FaultKind.SYSLOG_VANISH, FaultKind.SYSLOG_REFUSE, FaultKind.SYSLOG_HALF_CLOSE))) {
            put(other, "syslog", false);
        }
        return new RoundPlan(seed, recorders, other,
            faults.stream().filter(fault -> !kinds.contains(fault.kind())).toList());
    }

    /** A length or its double, or the double of that, and so on. */
    private static int shifted(final int length, final SplittableRandom random, final int bound) {
        return length << random.nextInt(bound);
    }

    static void put(final Properties settings, final String name, final Object value) {
        settings.setProperty(name, value.toString());
    }

    private void drawFaults(final SplittableRandom random) {
        final long spanMs = random.nextLong(MIN_SPAN_MS, MAX_SPAN_MS);
        final List<FaultKind> kinds = Stream.of(FaultKind.values()).filter(kind -> switch (kind.target()) {
            case DRIVER -> hasDriver(NEAR_DRIVER) || hasDriver(FAR_DRIVER);
            case DISK -> diskMib() > 0;
            case PROXY, RECORDER, COLLECTOR -> true;
            default -> false;
        }).toList();
        final int count = random.nextInt(3, 9);
        for (int i = 0; i < count; i++) {
            final FaultKind kind = i == 0 && random.nextInt(10) > 0 ?
                FaultKind.PROXY_KILL : kinds.get(random.nextInt(kinds.size()));
            faults.add(new Fault(kind, random.nextLong(spanMs), durationMs(random, kind), target(random, kind)));
        }
        sortFaults();
    }

    /** Puts faults in the order of their times. */
    void sortFaults() {
        faults.sort(Comparator.comparingLong(Fault::atMs));
    }

    private int target(final SplittableRandom random, final FaultKind kind) {
        return switch (kind.target()) {
            case RECORDER -> random.nextInt(recorders);
            case COLLECTOR -> random.nextInt(COLLECTORS);
            case DRIVER -> hasDriver(NEAR_DRIVER) && hasDriver(FAR_DRIVER) ? random.nextInt(2) :
                hasDriver(NEAR_DRIVER) ? NEAR_DRIVER : FAR_DRIVER;
            default -> 0;
        };
    }

    private static long durationMs(final SplittableRandom random, final FaultKind kind) {
        return switch (kind) {
            case PROXY_KILL, PROXY_TERM, RECORDER_KILL, RECORDER_TERM, DRIVER_KILL -> random.nextInt(4) == 0 ?
                random.nextLong(300, 900) : random.nextLong(60);
            case PROXY_PAUSE, RECORDER_PAUSE, DRIVER_PAUSE -> random.nextInt(8) == 0 ?
                random.nextLong(600, 2000) : random.nextLong(50, 500);
            case COLLECTOR_STALL, COLLECTOR_REFUSE -> random.nextLong(50, 900);
            case DISK_FULL -> random.nextLong(100, 900);
            default -> 0;
        };
    }
}
