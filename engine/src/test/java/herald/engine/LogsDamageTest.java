package herald.engine;

import herald.dispatch.DispatchReader;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.log.LogDescriptor;
import herald.log.LogException;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The logs of a killed proxy with a flipped bit or a lost end: recovery starts or refuses with a reason, reads what is
 * whole before the place, and counts where something is missing.
 */
@Timeout(300)
class LogsDamageTest {
    private static final int STEP = 11;

    @TempDir
    private Path dir;
    private Path killed;
    private Path work;
    private final SplittableRandom random = new SplittableRandom(5);

    private void killAProxy() throws IOException {
        killed = dir.resolve("killed");
        work = dir.resolve("work");
        try (SteppedNode node = new SteppedNode(Files.createDirectory(dir.resolve("run")), 111)) {
            node.startRecorders();
            node.startProxy(node.context());
            node.work(60);
            node.crashInto(killed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldStartOrRefuseWhicheverBitFlips(final String log) throws IOException {
        killAProxy();
        final byte[] whole = Files.readAllBytes(segment(killed, log));
        final int end = endOf(whole);
        final List<Long> records = records(killed, log);
        for (int at = 0; at < end; at += at < LogDescriptor.SEGMENT_HEADER_LENGTH ? 1 : STEP) {
            final byte[] flipped = whole.clone();
            flipped[at] ^= (byte)(1 << random.nextInt(8));
            assertStartsOrRefuses(log, flipped, records, at, log + " flipped at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldStartOrRefuseWhereverTheEndIsLost(final String log) throws IOException {
        killAProxy();
        final byte[] whole = Files.readAllBytes(segment(killed, log));
        final int end = endOf(whole);
        final List<Long> records = records(killed, log);
        for (int at = 0; at < end; at += STEP) {
            final byte[] torn = whole.clone();
            Arrays.fill(torn, at, torn.length, (byte)0);
            assertStartsOrRefuses(log, torn, records, at, log + " zeroed from " + at);
            assertStartsOrRefuses(log, Arrays.copyOf(whole, at), records, at, log + " cut to " + at);
        }
    }

    private void assertStartsOrRefuses(
        final String log, final byte[] bytes, final List<Long> records, final int at, final String what)
        throws IOException {
        for (final String each : List.of("journal", "dispatch")) {
            Files.createDirectories(work.resolve(each));
            try (Stream<Path> old = Files.list(work.resolve(each))) {
                for (final Path file : old.toList()) {
                    Files.delete(file);
                }
            }
            Files.copy(segment(killed, each), segment(work, each));
        }
        Files.write(segment(work, log), bytes);
        final EventProxy.Context context = new SteppedNode(work, 1).context();
        context.conclude();
        Files.deleteIfExists(DataDirectory.counters(work));
        try (CountersFile counters = CountersFile.open(SystemDisk.INSTANCE, DataDirectory.counters(work))) {
            final ProxyStart start = WireEvents.start(1, 1, 1, 4_096);
            ProxyLogs.open(context, counters, start).close();
            final List<Long> kept = records(work, log);
            assertThat(kept).as(what).containsAll(records.stream().filter(it -> endOf(records, it) <= at).toList());
            final boolean missing = !kept.containsAll(records);
            final long counted = counters.get(ProxyCounter.DAMAGED_BYTES) + counters.get(ProxyCounter.CUT_BYTES);
            assertThat(!missing || counted > 0 || endsBefore(records, at, bytes)).as(what + ": counted").isTrue();
        } catch (final LogException e) {
            assertThat(e.getMessage()).as(what).contains(segment(work, log).toString());
        }
    }

    /** A log that ends where a record did is whole for all that anybody can tell. */
    private static boolean endsBefore(final List<Long> records, final int at, final byte[] bytes) {
        final long start = records.stream().filter(record -> record <= at).reduce(0L, (before, next) -> next);
        for (int i = (int)start; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static long endOf(final List<Long> records, final long record) {
        final int next = records.indexOf(record) + 1;
        return next < records.size() ? records.get(next) : Long.MAX_VALUE;
    }

    private static Path segment(final Path dataDir, final String log) {
        return dataDir.resolve(log).resolve("00000000000000000000.log");
    }

    private static int endOf(final byte[] segment) {
        final ByteBuffer buffer = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        int end = segment.length;
        while (buffer.getLong(end - Long.BYTES) == 0) {
            end -= Long.BYTES;
        }
        return end;
    }

    private static List<Long> records(final Path dataDir, final String log) {
        final List<Long> positions = new ArrayList<>();
        if ("journal".equals(log)) {
            try (JournalReader reader = new JournalReader(
                SystemDisk.INSTANCE, DataDirectory.journal(dataDir), 0, damage -> { })) {
                while (reader.next()) {
                    positions.add(reader.recordPosition());
                }
            }
        } else {
            try (DispatchReader reader = new DispatchReader(
                SystemDisk.INSTANCE, DataDirectory.dispatch(dataDir), 0, damage -> { })) {
                for (var batch = reader.next(); batch != null; batch = reader.next()) {
                    positions.add(batch.position());
                }
            }
        }
        return positions;
    }
}
