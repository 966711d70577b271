package herald.bench.rig;

import herald.bench.Check;
import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.stage.ProxyCounter;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A node to measure, in real processes: recorders, and the proxy that {@code herald proxy} runs. It stays up between
 * runs, so that its JVMs stay warm; {@link #pause} stops its processes while something else is measured beside it.
 *
 * <pre>
 *   recorder processes ── IPC or UDP ──► proxy process ── dispatch log ──► writer, in the proxy process
 *    1 thread each,          ▲             │                     └───────► tail, in this process
 *    1 to 1,000 recorders    └── acks ─────┘
 * </pre>
 *
 * <p>Every run checks that what was recorded is journaled once, that dedup was never full and that no stage failed.
 */
public final class RigNode implements AutoCloseable {
    private static final int PROXY_HEAP_MIB = 512;
    private static final int INDEX_KEY_LENGTH = 80;
    private static final int MIB = 1024 * 1024;
    private static final long START_TIMEOUT_SECONDS = 150;
    private static final long ANSWER_TIMEOUT_SECONDS = 30;
    private static final long DRAIN_TIMEOUT_SECONDS = 150;
    private static final long LEAD_NS = 200_000_000;
    private static final int KEY_LENGTH = 32;
    private static final long MILLIS = 1_000;
    private static final double NANOS = 1e9;

    private final RigSettings settings;
    private final NodeDirectory directory;
    private final Path dataDir;
    private final List<RigProcess> recorders = new ArrayList<>();
    private RigProcess proxy;
    private DispatchTail tail;

    private RigNode(final RigSettings settings) {
        this.settings = settings;
        this.directory = NodeDirectory.create(settings.dataParent());
        this.dataDir = NodeFiles.dataDir(directory.path());
    }

    /**
     * Starts a node and waits until its recorders are live.
     *
     * @param settings of it.
     * @return the node.
     * @throws InterruptedException where this thread is.
     */
    public static RigNode start(final RigSettings settings) throws InterruptedException {
        final RigNode node = new RigNode(settings);
        boolean started = false;
        try {
            node.startProcesses();
            started = true;
            return node;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!started) {
                node.directory.close();
            }
        }
    }

    private void startProcesses() throws IOException, InterruptedException {
        final Path dir = directory.path();
        settings.write(dir);
        if (settings.link() == RigSettings.Link.UDP) {
            Files.write(NodeFiles.keyFile(dir), UUID.randomUUID().toString().substring(0, KEY_LENGTH).getBytes(
                java.nio.charset.StandardCharsets.US_ASCII));
            Files.setPosixFilePermissions(NodeFiles.keyFile(dir),
                java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        }
        proxy = directory.add(RigProcess.start("proxy", dir, proxyJvm(settings), ProxyMain.class, dir.toString()));
        final String[] ready = proxy.awaitAnswer(ProxyMain.READY, START_TIMEOUT_SECONDS);
        for (int i = 0; i < settings.processes(); i++) {
            final String aeronDir = settings.link() == RigSettings.Link.IPC ? ready[1] :
                directory.addDriverDir("driver-" + i).toString();
            recorders.add(directory.add(RigProcess.start("recorder-" + i, dir, settings.recorderJvm(),
                RecorderMain.class, dir.toString(), Integer.toString(i), aeronDir, ready[2])));
        }
        for (final RigProcess recorder : recorders) {
            recorder.awaitAnswer(RecorderMain.READY, START_TIMEOUT_SECONDS);
        }
        if (settings.observeDelivery()) {
            tail = new DispatchTail(dataDir);
        }
    }

    /** Heap for the proxy as it is set up, and for as long an index as all keys need. */
    private static List<String> proxyJvm(final RigSettings settings) {
        final long places = 2 * Long.highestOneBit(settings.dedupIndexLimit());
        final long heapMib = PROXY_HEAP_MIB + places * INDEX_KEY_LENGTH / MIB;
        final List<String> options = new ArrayList<>(List.of("-Xmx" + heapMib + "m"));
        options.addAll(settings.proxyJvm());
        return options;
    }

    /**
     * Measures what the node acknowledges while its recorders record as fast as their spools have room.
     *
     * @param warmup  before that.
     * @param measure how long.
     * @return what it acknowledged.
     * @throws InterruptedException where this thread is.
     */
    public ThroughputResult throughput(final Duration warmup, final Duration measure) throws InterruptedException {
        restTail(true);
        final long startNs = System.nanoTime() + LEAD_NS;
        final long fromNs = startNs + warmup.toNanos();
        final long toNs = fromNs + measure.toNanos();
        recorders.forEach(recorder ->
            recorder.tell(String.join(" ", RecorderMain.THROUGHPUT, "" + startNs, "" + fromNs, "" + toNs)));
        long acknowledged = 0;
        double rate = 0;
        final long timeoutSeconds = warmup.plus(measure).toSeconds() + DRAIN_TIMEOUT_SECONDS;
        for (final RigProcess recorder : recorders) {
            final String[] words = recorder.awaitAnswer(RecorderMain.DONE, timeoutSeconds);
            acknowledged += Long.parseLong(words[1]);
            rate += Long.parseLong(words[1]) * NANOS / Long.parseLong(words[2]);
        }
        restTail(false);
        final ProcessMemory memory = proxyMemory();
        check();
        return new ThroughputResult(acknowledged, rate, settings.dedupKeyLimit(),
            memory.residentLength(), memory.anonymousLength());
    }

    private void restTail(final boolean value) {
        if (tail != null) {
            tail.rest(value);
        }
    }

    /**
     * Measures latencies on an open schedule.
     *
     * @param rate    events/s, of all recorders together.
     * @param warmup  before that, at the same rate.
     * @param measure how long.
     * @return the latencies.
     * @throws InterruptedException where this thread is.
     */
    public LatencyResult latency(final long rate, final Duration warmup, final Duration measure)
        throws InterruptedException {
        final long warmupCount = rate * warmup.toMillis() / MILLIS;
        final Map<UUID, Long> sequences = sequences();
        final Schedule schedule = new Schedule(System.nanoTime() + LEAD_NS, rate, warmupCount,
            warmupCount + rate * measure.toMillis() / MILLIS);
        expect(schedule, sequences);
        recorders.forEach(recorder -> recorder.tell(RecorderMain.LATENCY + ' ' + schedule.toWords()));
        final Histogram[] merged = {Latencies.histogram(), Latencies.histogram(), Latencies.histogram()};
        final long timeoutSeconds = warmup.plus(measure).toSeconds() + DRAIN_TIMEOUT_SECONDS;
        double reached = 0;
        for (final RigProcess recorder : recorders) {
            final String[] words = recorder.awaitAnswer(RecorderMain.DONE, timeoutSeconds);
            reached += Long.parseLong(words[1]) * NANOS / Math.max(1, Long.parseLong(words[2]));
            for (int i = 0; i < merged.length; i++) {
                merged[i].add(Latencies.ofWord(words[3 + i]));
            }
        }
        final Histogram[] delivered = delivered();
        check();
        return new LatencyResult(rate, reached, merged[0], merged[1], merged[2], delivered[0], delivered[1]);
    }

    /** Next sequence of each recorder, in the order in which they record. */
    private Map<UUID, Long> sequences() throws InterruptedException {
        final List<String[]> answers = new ArrayList<>();
        for (final RigProcess recorder : recorders) {
            answers.add(recorder.ask(RecorderMain.SEQUENCES, RecorderMain.SEQUENCES, ANSWER_TIMEOUT_SECONDS));
        }
        final Map<UUID, Long> sequences = new LinkedHashMap<>();
        for (int i = 1; i < answers.get(0).length; i += 2) {
            for (final String[] words : answers) {
                sequences.put(UUID.fromString(words[i]), Long.parseLong(words[i + 1]));
            }
        }
        return sequences;
    }

    private void expect(final Schedule schedule, final Map<UUID, Long> sequences) throws InterruptedException {
        if (!settings.observeDelivery()) {
            return;
        }
        final Map<UUID, Schedule.Share> shares = new LinkedHashMap<>();
        sequences.forEach((id, next) ->
            shares.put(id, new Schedule.Share(schedule, next, shares.size(), settings.recorders())));
        tail.arrivals().expect(shares);
        proxy.ask(ProxyMain.EXPECT + ' ' + Arrivals.toWords(schedule, shares), ProxyMain.OK, ANSWER_TIMEOUT_SECONDS);
    }

    /** What was timed in the dispatch log and at the writer, once the last event has come through. */
    private Histogram[] delivered() throws InterruptedException {
        if (!settings.observeDelivery()) {
            return new Histogram[] {Latencies.histogram(), Latencies.histogram()};
        }
        final Map.Entry<UUID, Long> first = sequences().entrySet().iterator().next();
        tail.arrivals().markNext(first.getKey(), first.getValue());
        proxy.ask(ProxyMain.MARK + ' ' + first.getKey() + ' ' + first.getValue(), ProxyMain.OK, ANSWER_TIMEOUT_SECONDS);
        recorders.get(0).ask(RecorderMain.MARK, RecorderMain.DONE, DRAIN_TIMEOUT_SECONDS);
        final long timeoutMs = DRAIN_TIMEOUT_SECONDS * MILLIS;
        final String[] written =
            proxy.ask(ProxyMain.WRITTEN + ' ' + timeoutMs, ProxyMain.WRITTEN, DRAIN_TIMEOUT_SECONDS);
        return new Histogram[] {tail.arrivals().await(timeoutMs), Latencies.ofWord(written[1])};
    }

    private void check() throws InterruptedException {
        final long recorded = sequences().values().stream().mapToLong(next -> next - 1).sum();
        try (CountersFile counters =
            CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(dataDir))) {
            Check.equal("events journaled", recorded, counters.get(ProxyCounter.JOURNALED));
            Check.equal("events treated as new because dedup was full", 0, counters.get(ProxyCounter.DEDUP_OVERFULL));
            Check.equal("stages that failed" + proxy.complaints(), 0, counters.get(ProxyCounter.STAGE_FAILURES));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Memory of the proxy.
     *
     * @return as it is now.
     */
    public ProcessMemory proxyMemory() {
        return ProcessMemory.of(proxy.pid());
    }

    /**
     * The proxy's process.
     *
     * @return its id.
     */
    public long proxyPid() {
        return proxy.pid();
    }

    /**
     * Stops all processes of the node where they are. Media driver and clients take each other for dead after 10
     * minutes: {@link #resume} before that.
     *
     * @throws InterruptedException where this thread is.
     */
    public void pause() throws InterruptedException {
        for (final RigProcess recorder : recorders) {
            recorder.signal("-STOP");
        }
        proxy.signal("-STOP");
    }

    /**
     * Lets them go on.
     *
     * @throws InterruptedException where this thread is.
     */
    public void resume() throws InterruptedException {
        proxy.signal("-CONT");
        for (final RigProcess recorder : recorders) {
            recorder.signal("-CONT");
        }
    }

    /** Stops the processes in order and removes all that they made. */
    @Override
    public void close() {
        try (directory) {
            if (tail != null) {
                tail.close();
            }
            for (final RigProcess recorder : recorders) {
                recorder.stop();
            }
            proxy.stop();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
