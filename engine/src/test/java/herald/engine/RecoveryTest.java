package herald.engine;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.stage.ProxyCounter;
import herald.verify.ModelBatch;
import herald.verify.ReferenceModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever happens between two runs of a proxy, the journal holds every accepted event once and in order, and the
 * dispatch log is what the journal says.
 */
@Tag("slow")
@Timeout(120)
class RecoveryTest {
    private static final int ACTIONS = 600;
    private static final int RUNS = 3;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGoOnAfterACleanStop(final long seed) throws IOException {
        try (SteppedNode node = new SteppedNode(dir, seed)) {
            node.startRecorders();
            for (int run = 0; run < RUNS; run++) {
                node.startProxy(node.context());
                node.work(ACTIONS);
                node.stopProxy();
                node.check("after run " + run, false);
                node.work(ACTIONS / 10);
            }
            finish(node);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17})
    void shouldGoOnAfterACrash(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(-seed);
        try (SteppedNode node = new SteppedNode(Files.createDirectory(dir.resolve("run-0")), seed)) {
            for (int run = 1; run <= RUNS; run++) {
                node.startRecorders();
                node.startProxy(node.context());
                node.work(ACTIONS / 2 + random.nextInt(ACTIONS));
                node.crashInto(dir.resolve("run-" + run));
            }
            node.startRecorders();
            finish(node);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void shouldMakeADispatchLogAgainThatIsGone(final long seed) throws IOException {
        try (SteppedNode node = new SteppedNode(dir, seed)) {
            node.startRecorders();
            for (int run = 0; run < RUNS; run++) {
                node.startProxy(node.context());
                node.work(ACTIONS);
                node.stopProxy();
                for (final Path segment : segments(node)) {
                    Files.delete(segment);
                }
            }
            finish(node);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34})
    void shouldMendADispatchLogThatLostItsEnd(final long seed) throws IOException {
        final CollectingWriter collector = new CollectingWriter("collector");
        final SplittableRandom random = new SplittableRandom(-seed);
        try (SteppedNode node = new SteppedNode(dir, seed)) {
            node.startRecorders();
            for (int run = 0; run < RUNS; run++) {
                node.startProxy(node.context().writer(collector, EventFilter.ALL, true));
                node.work(ACTIONS);
                node.stopProxy();
                loseEnd(node, random, run);
            }
            node.startProxy(node.context().writer(collector, EventFilter.ALL, true));
            node.settle();
            node.stopProxy();
            try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(dir))) {
                assertThat(counters.get(ProxyCounter.WRITER_LOST_BYTES)).isZero();
                assertThat(counters.get(ProxyCounter.DAMAGED_BYTES)).isPositive();
            }
            assertThat(collector.total()).isEqualTo(node.recorded());
            finish(node);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44})
    void shouldForgetWindowsForGoodWhenTheirSettingsChange(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(-seed);
        try (SteppedNode node = new SteppedNode(Files.createDirectory(dir.resolve("run-0")), seed)) {
            for (int run = 1; run <= 2 * RUNS; run++) {
                node.startRecorders();
                node.startProxy(node.context()
                    .dedupIntervalNs(TimeUnit.SECONDS.toNanos(1 + random.nextInt(2)))
                    .dedupKeyLimit(random.nextBoolean() ? 20 : 1_000)
                    .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(200))));
                node.work(random.nextInt(ACTIONS));
                node.crashInto(dir.resolve("run-" + run));
            }
            node.startRecorders();
            finish(node);
        }
    }

    private static void finish(final SteppedNode node) throws IOException {
        node.startProxy(node.context());
        node.work(ACTIONS);
        node.settle();
        assertThat(node.setAsideSpools()).isZero();
        node.stopProxy();
        node.check("at the end", true);
        assertCountedOnce(node);
    }

    /** However often the journal was replayed. */
    private static void assertCountedOnce(final SteppedNode node) throws IOException {
        final ReferenceModel model = ReferenceModel.of(
            DataDirectory.journal(node.dir()), damage -> fail("the journal is damaged: " + damage));
        final List<ModelBatch.Entry> entries = model.batches().stream().flatMap(it -> it.entries().stream()).toList();
        final long ids = entries.stream().map(ModelBatch.Entry::id).distinct().count();
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(node.dir()))) {
            assertThat(counters.get(ProxyCounter.BATCHES)).isEqualTo(model.batches().size());
            assertThat(counters.get(ProxyCounter.DISPATCHED)).isEqualTo(entries.size());
            assertThat(counters.get(ProxyCounter.DEDUPLICATED)).isEqualTo(model.events().size() - ids);
        }
    }

    private static List<Path> segments(final SteppedNode node) throws IOException {
        try (Stream<Path> files = Files.list(DataDirectory.dispatch(node.dir()))) {
            return files.filter(file -> file.toString().endsWith(".log")).toList();
        }
    }

    private static void loseEnd(final SteppedNode node, final SplittableRandom random, final int run)
        throws IOException {
        if (run == 1) {
            Files.delete(Collections.max(segments(node)));
        }
        zeroTail(Collections.max(segments(node)), random);
    }

    private static void zeroTail(final Path segment, final SplittableRandom random) throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final int from = 64 + random.nextInt((int)channel.size() / 4);
            channel.write(ByteBuffer.allocate((int)channel.size() - from), from);
        }
    }
}
