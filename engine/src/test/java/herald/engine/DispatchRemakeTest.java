package herald.engine;

import herald.engine.DamagedFiles.LogRecord;
import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.stage.ProxyCounter;
import herald.verify.Verification;
import herald.writer.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A batch that is damaged before a writer has read it: it is made again from a journal that holds it, and told where
 * it can't be.
 */
@Timeout(120)
class DispatchRemakeTest {
    private static final int ACTIONS = 4_000;

    @TempDir
    private Path dir;
    private SteppedNode node;
    private final CollectingWriter late = new CollectingWriter("late");

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 11);
        start(node.context(), late);
        node.startRecorders();
        node.work(100);
        await(() -> !late.deliveries().isEmpty());
        stop();
        // One writer is away while much is dispatched to another.
        start(node.context(), new CollectingWriter("early"));
        node.work(ACTIONS);
        stop();
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    private void start(final EventProxy.Context context, final EventWriter writer) {
        node.startProxy(context.writer(writer, EventFilter.ALL, true));
    }

    private void stop() {
        node.stopProxy();
    }

    private void await(final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            node.step();
        }
    }

    private Path dispatch() {
        return DataDirectory.dispatch(node.dir());
    }

    /** A batch in the middle of what the late writer has not read. */
    private LogRecord damageABatch() throws IOException {
        final List<LogRecord> batches = DamagedFiles.records(dispatch());
        final LogRecord batch = batches.get(batches.size() / 2);
        DamagedFiles.flipRecord(dispatch(), batch);
        return batch;
    }

    @Test
    void shouldMakeABatchAgainBeforeItsWriterPassesItOver() throws IOException {
        damageABatch();
        assertThat(Verification.of(SystemDisk.INSTANCE, node.dir()).isWhole()).isFalse();

        start(node.context(), late);
        final long journaled = node.recorded();
        await(() -> late.total() == journaled);

        assertThat(node.proxy().counters().get(ProxyCounter.DISPATCH_REMADE)).isEqualTo(1);
        stop();
        final Map<UUID, Long> counts = late.counts();
        assertThat(counts.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(journaled);
        assertThat(Verification.of(SystemDisk.INSTANCE, node.dir()).damages()).isEmpty();
    }

    @Test
    void shouldTellWhatTheJournalDoesNotGiveAgain() throws IOException {
        final LogRecord batch = damageABatch();
        final List<LogRecord> journal = DamagedFiles.records(DataDirectory.journal(node.dir()));
        DamagedFiles.flipRecord(DataDirectory.journal(node.dir()), journal.get(journal.size() - 5));

        start(node.context(), late);
        await(() -> late.deliveries().size() > 100);

        assertThat(node.proxy().counters().get(ProxyCounter.DISPATCH_REMADE)).isZero();
        assertThat(node.proxy().counters().get(ProxyCounter.DAMAGED_BYTES)).isPositive();
        assertThat(DamagedFiles.segmentOf(dispatch(), batch.position())).exists();
    }
}
