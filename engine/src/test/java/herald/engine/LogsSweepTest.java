package herald.engine;

import herald.disk.RecorderTableDecoder;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.log.LogDamage;
import herald.log.LogDescriptor;
import herald.log.LogException;
import herald.log.LogReader;
import herald.stage.ProxyCounter;
import herald.verify.DispatchedBatches;
import herald.verify.ReferenceModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * The last segments of a killed proxy's logs with each bit flipped and each end lost: the whole recovery refuses with
 * the file's name, or what it leaves is what the model says, less what it reports or counts.
 *
 * <p>A fixed share of the places is swept, all of them with {@code -Dherald.sweep=all}.
 */
@Tag("slow")
@Timeout(7_200)
class LogsSweepTest {
    private static final boolean ALL = "all".equals(System.getProperty("herald.sweep"));
    private static final int BIT_STEP = ALL ? 1 : 101;
    private static final int BYTE_STEP = ALL ? 1 : 13;
    private static final int UNUSED_STEP = 1_021;
    private static final int SEGMENT_LENGTH = 64 * 1024;

    /** The two logs of a proxy. */
    private enum Log {
        JOURNAL, DISPATCH;

        Path in(final Path dataDir) {
            return this == JOURNAL ? DataDirectory.journal(dataDir) : DataDirectory.dispatch(dataDir);
        }
    }

    /** What becomes of a place. */
    private enum Outcome { UNHARMED, CUT, REPORTED, REFUSED }

    /**
     * A record.
     *
     * @param position of it.
     * @param body     of it.
     */
    private record Entry(long position, ByteBuffer body) {
        long end() {
            return new DamagedFiles.LogRecord(position, body.capacity()).end();
        }
    }

    @TempDir
    private Path dir;
    private Path dataDir;
    private final Map<Path, byte[]> images = new LinkedHashMap<>();
    private final Map<Log, Path> lastSegment = new EnumMap<>(Log.class);
    private final Map<Log, Long> lastBase = new EnumMap<>(Log.class);
    private final Map<Log, List<Entry>> whole = new EnumMap<>(Log.class);
    private final Map<Long, Map<UUID, Long>> acceptedBy = new HashMap<>();
    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private int usedLength;

    @ParameterizedTest
    @EnumSource(Log.class)
    void shouldStartOrRefuseWhicheverBitFlips(final Log log) throws IOException {
        killAProxyEarlyIn(log);
        final byte[] image = images.get(lastSegment.get(log));
        final int swept = (usedLength + 4 * LogDescriptor.RECORD_ALIGNMENT) * Byte.SIZE;
        for (int bit = 0; bit < image.length * Byte.SIZE; bit += step(bit, swept)) {
            final byte[] flipped = image.clone();
            flipped[bit / Byte.SIZE] ^= (byte)(1 << bit % Byte.SIZE);
            recover(log, flipped, bit / Byte.SIZE, log + " with bit " + bit + " flipped");
        }
        report(log + " flips");
        assertThat(log == Log.DISPATCH || outcomes.containsKey(Outcome.REPORTED)).isTrue();
    }

    /** Headers are swept whole in any case; behind the records all is alike. */
    private static int step(final int bit, final int swept) {
        final int header = LogDescriptor.SEGMENT_HEADER_LENGTH * Byte.SIZE;
        return bit < header ? 1 : bit < swept ? BIT_STEP : UNUSED_STEP;
    }

    @ParameterizedTest
    @EnumSource(Log.class)
    void shouldStartOrRefuseWhereverTheEndIsLost(final Log log) throws IOException {
        killAProxyEarlyIn(log);
        final byte[] image = images.get(lastSegment.get(log));
        for (int at = 0; at < image.length; at += at < usedLength ? BYTE_STEP : UNUSED_STEP) {
            recover(log, Arrays.copyOf(image, at), at, log + " cut to " + at);
            if (at <= usedLength) {
                final byte[] zeroed = image.clone();
                Arrays.fill(zeroed, at, zeroed.length, (byte)0);
                recover(log, zeroed, at, log + " zeroed from " + at);
            }
        }
        report(log + " truncations");
    }

    private void report(final String what) {
        System.out.printf(Locale.ROOT, "%s: %,d bytes used, %s%n", what, usedLength, outcomes);
        assertThat(outcomes).containsKeys(Outcome.CUT, Outcome.REFUSED);
    }

    /** Runs a proxy until a log has just begun its second segment, and recovers once what a kill leaves. */
    private void killAProxyEarlyIn(final Log log) throws IOException {
        dataDir = dir.resolve("killed");
        try (SteppedNode node = new SteppedNode(Files.createDirectory(dir.resolve("run")), 112)) {
            node.startRecorders();
            node.startProxy(node.context().batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(5)));
            while (positionOf(log, node.dir()) < SEGMENT_LENGTH + 1_200) {
                node.work(5);
            }
            node.crashInto(dataDir);
        }
        start();
        assertThat(DispatchedBatches.firstDifference(
            ReferenceModel.of(DataDirectory.journal(dataDir), LogsSweepTest::failOn).batches(),
            DispatchedBatches.read(DataDirectory.dispatch(dataDir), LogsSweepTest::failOn))).isNull();
        for (final Log each : Log.values()) {
            final List<Path> segments = SystemDisk.INSTANCE.list(each.in(dataDir), ".log");
            for (final Path segment : segments.subList(Math.max(0, segments.size() - 2), segments.size())) {
                images.put(segment, Files.readAllBytes(segment));
            }
            final long end = positionOf(each, dataDir);
            lastBase.put(each, (end - 1) / SEGMENT_LENGTH * SEGMENT_LENGTH);
            lastSegment.put(each, DamagedFiles.segmentOf(each.in(dataDir), end - 1));
            whole.put(each, read(each, LogsSweepTest::failOn));
        }
        usedLength = (int)(last(whole.get(log)).end() % SEGMENT_LENGTH);
        assertThat(lastSegment.get(log).getFileName().toString()).isEqualTo("00000000000000065536.log");
        readAccepted();
    }

    private static void failOn(final LogDamage damage) {
        fail("damaged: " + damage);
    }

    private static Entry last(final List<Entry> entries) {
        return entries.get(entries.size() - 1);
    }

    private static long positionOf(final Log log, final Path dataDir) {
        try (LogReader reader = new LogReader(SystemDisk.INSTANCE, log.in(dataDir), 0, damage -> { })) {
            long end = 0;
            while (reader.next()) {
                end = reader.position();
            }
            return end;
        }
    }

    /** The whole recovery; gives back the accepted sequences that it finds. */
    private Map<UUID, Long> start() throws IOException {
        final EventProxy.Context context = new SteppedNode(dataDir, 1).context();
        context.conclude();
        Files.deleteIfExists(DataDirectory.counters(dataDir));
        try (CountersFile counters = CountersFile.open(SystemDisk.INSTANCE, DataDirectory.counters(dataDir))) {
            final Map<UUID, Long> accepted = new HashMap<>();
            try (ProxyLogs logs = ProxyLogs.open(context, counters, WireEvents.start(1, 1, 1, 4_096))) {
                logs.recovered().recorders()
                    .forEach(recorder -> accepted.put(recorder.id(), recorder.acceptedSequence()));
            }
            return accepted;
        }
    }

    /** The records of the last two segments. */
    private List<Entry> read(final Log log, final LogDamage.Listener onDamage) {
        final long from = Math.max(0, lastBase.get(log) - SEGMENT_LENGTH);
        final List<Entry> entries = new ArrayList<>();
        try (LogReader reader = new LogReader(SystemDisk.INSTANCE, log.in(dataDir), from, onDamage)) {
            while (reader.next()) {
                final byte[] body = new byte[reader.bodyLength()];
                reader.buffer().getBytes(reader.bodyOffset(), body);
                entries.add(new Entry(reader.recordPosition(), ByteBuffer.wrap(body)));
            }
        }
        return entries;
    }

    /** What each record of the journal says of recorders' sequences. */
    private void readAccepted() {
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(dataDir), 0, LogsSweepTest::failOn)) {
            while (reader.next()) {
                final Map<UUID, Long> accepted = new HashMap<>();
                switch (reader.kind()) {
                    case EVENT, VOID -> accepted.put(reader.recorderId(), reader.sequence());
                    case RECORDERS -> {
                        for (final RecorderTableDecoder.RecordersDecoder recorder : reader.recorders()) {
                            accepted.put(new UUID(recorder.recorderIdHigh(), recorder.recorderIdLow()),
                                recorder.acceptedSequence());
                        }
                    }
                    default -> {
                        // Says nothing of them.
                    }
                }
                acceptedBy.put(reader.recordPosition(), accepted);
            }
        }
    }

    private void recover(final Log log, final byte[] damaged, final int at, final String what) throws IOException {
        for (final Map.Entry<Path, byte[]> image : images.entrySet()) {
            Files.write(image.getKey(), image.getKey().equals(lastSegment.get(log)) ? damaged : image.getValue());
        }
        final Map<UUID, Long> accepted;
        try {
            accepted = start();
        } catch (final LogException e) {
            assertThat(e.getMessage()).as(what).contains(lastSegment.get(log).toString());
            outcomes.merge(Outcome.REFUSED, 1, Integer::sum);
            return;
        }
        outcomes.merge(judge(log, damaged, at, what, accepted), 1, Integer::sum);
    }

    private Outcome judge(
        final Log log, final byte[] damaged, final int at, final String what, final Map<UUID, Long> accepted)
        throws IOException {
        final long counted = count(ProxyCounter.DAMAGED_BYTES);
        final long cut = count(ProxyCounter.CUT_BYTES);
        final List<LogDamage> damages = new ArrayList<>();
        final List<Entry> kept = read(log, damages::add);
        final Log other = log == Log.JOURNAL ? Log.DISPATCH : Log.JOURNAL;
        assertThat(read(other, damage -> fail(what + ": the other log is damaged: " + damage))).as(what)
            .isEqualTo(whole.get(other));
        if (!damages.isEmpty()) {
            assertThat(counted).as(what).isPositive();
            assertThat(bodies(kept)).as("%s: %s", what, damages).isEqualTo(bodies(outside(damages, whole.get(log))));
        } else if (log == Log.DISPATCH) {
            assertThat(bodies(kept)).as(what).isEqualTo(bodies(whole.get(log)));
        } else {
            assertThat(kept).as(what).isEqualTo(whole.get(log).subList(0, kept.size()));
            assertThat(kept.size() == whole.get(log).size() || cut + counted > 0 || isZeroFrom(log, kept, damaged))
                .as(what + ": counted").isTrue();
            assertThat(kept.containsAll(whole.get(log).stream().filter(entry -> offset(log, entry.end()) <= at)
                .toList())).as(what + ": what is before the place").isTrue();
        }
        if (log == Log.JOURNAL) {
            assertThat(accepted).as(what).isEqualTo(acceptedAfter(kept));
        }
        return !damages.isEmpty() ? Outcome.REPORTED : cut + counted > 0 ? Outcome.CUT : Outcome.UNHARMED;
    }

    private long count(final ProxyCounter counter) throws IOException {
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(dataDir))) {
            return counters.get(counter);
        }
    }

    private static List<ByteBuffer> bodies(final List<Entry> entries) {
        return entries.stream().map(Entry::body).toList();
    }

    private static List<Entry> outside(final List<LogDamage> damages, final List<Entry> entries) {
        return entries.stream().filter(entry -> damages.stream().noneMatch(
            damage -> damage.fromPosition() < entry.end() && entry.position() < damage.toPosition())).toList();
    }

    /** A log that ends where a record did is whole for all that anybody can tell. */
    private boolean isZeroFrom(final Log log, final List<Entry> kept, final byte[] damaged) {
        final long end = Math.max(LogDescriptor.SEGMENT_HEADER_LENGTH, offset(log, last(kept).end()));
        for (int i = (int)end; i < damaged.length; i++) {
            if (damaged[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private long offset(final Log log, final long position) {
        return position - lastBase.get(log);
    }

    private Map<UUID, Long> acceptedAfter(final List<Entry> kept) {
        final Map<UUID, Long> accepted = new HashMap<>();
        for (final Entry entry : kept) {
            acceptedBy.get(entry.position()).forEach((id, sequence) -> accepted.merge(id, sequence, Math::max));
        }
        return accepted;
    }
}
