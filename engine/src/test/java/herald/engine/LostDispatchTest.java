package herald.engine;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.log.LogDescriptor;
import herald.log.LogReader;
import herald.stage.ProxyCounter;
import herald.verify.Verification;
import herald.writer.WriterStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A dispatch log that is gone, or a part of it, while the proxy is stopped: what the journal holds is made again, each
 * writer is told of the rest, and nothing calls that whole.
 */
@Timeout(120)
class LostDispatchTest {
    private static final int SEGMENT_LENGTH = 64 * 1024;
    private static final long SHORT = 2 * SEGMENT_LENGTH;
    private static final long LONG = 1L << 30;

    @TempDir
    private Path dir;
    private SteppedNode node;
    private final StuckWriter stuck = new StuckWriter();
    private final CollectingWriter quick = new CollectingWriter("quick");

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 17);
        node.startRecorders();
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    private Path dispatch() {
        return DataDirectory.dispatch(node.dir());
    }

    private List<Long> bases() {
        return LogReader.segmentBases(SystemDisk.INSTANCE, dispatch());
    }

    private List<Long> journalBases() {
        return LogReader.segmentBases(SystemDisk.INSTANCE, DataDirectory.journal(node.dir()));
    }

    private long counted(final ProxyCounter counter) {
        return node.proxy().counters().get(counter);
    }

    private void start(final long journalLength, final long dispatchLength) {
        node.startProxy(node.context().journalRetentionLength(journalLength).dispatchRetentionLength(dispatchLength)
            .writer(stuck, EventFilter.ALL, true).writer(quick, EventFilter.ALL, false));
    }

    /** Three segments of the dispatch log at least, delivered to one writer and not to the other one. */
    private void run(final long journalLength, final long dispatchLength) {
        start(journalLength, dispatchLength);
        while (bases().get(bases().size() - 1) < 3 * SEGMENT_LENGTH || journalBases().size() < 2 ||
            journalBases().get(journalBases().size() - 1) < 7 * SEGMENT_LENGTH) {
            node.work(100);
        }
        node.settle();
        node.stepUntil("the journal is as short as it may be", () -> {
            node.clock().advance(1_000_000_000L);
            return (journalLength == LONG) == (journalBases().get(0) == 0);
        });
        node.stopProxy();
        assertThat(verify().damages()).isEmpty();
    }

    private Verification verify() {
        try {
            return Verification.of(SystemDisk.INSTANCE, node.dir());
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String damages() {
        return verify().damages().stream().map(finding -> finding.describe(node.dir())).toList().toString();
    }

    private String line(final String start) {
        return verify().lines().stream().filter(line -> line.startsWith(start + ":")).findFirst().orElseThrow();
    }

    private void deleteSegments(final int from, final int to) throws IOException {
        for (final long base : bases().subList(from, to)) {
            Files.delete(LogDescriptor.segmentFile(dispatch(), base));
        }
    }

    private long held() {
        return DispatchedEvents.of(SystemDisk.INSTANCE, dispatch(), 0, Long.MAX_VALUE).events();
    }

    /** What is there and what is told to be gone is what was dispatched. */
    private void assertTold(final boolean exactly) throws IOException {
        final long lost = counted(ProxyCounter.WRITER_OVERTAKEN);
        assertThat(lost).isPositive();
        if (exactly) {
            assertThat(lost).isEqualTo(counted(ProxyCounter.DISPATCHED) - held());
        }
        assertThat(node.proxy().writers().overtaken()).containsOnlyKeys("stuck");
        assertThat(node.proxy().writers().overtaken().get("stuck")).matches(lost + " events up to .*Z");
        try (WriterStatus status = WriterStatus.read(SystemDisk.INSTANCE,
            DataDirectory.bookmarks(node.dir()).resolve("stuck" + WriterStatus.SUFFIX))) {
            assertThat(status.get(WriterStatus.Field.OVERTAKEN_EVENTS)).isEqualTo(lost);
            assertThat(status.get(WriterStatus.Field.OVERTAKEN_TO_MS)).isPositive();
        }
        stuck.stuck = false;
        final long kept = held();
        node.stepUntil("the writer gets the rest", () -> stuck.delivered >= kept);
        node.stopProxy();
        assertThat(verify().damages()).isEmpty();
        assertThat(line("bookmark stuck")).contains("; it did not get " + lost + " events that were gone before, to ");

        start(SHORT, LONG);
        node.step();
        assertThat(counted(ProxyCounter.WRITER_OVERTAKEN)).isEqualTo(lost);
        assertThat(node.proxy().writers().overtaken()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellWhatIsLostWithTheWholeLog(final boolean directoryToo) throws IOException {
        run(SHORT, LONG);
        deleteSegments(0, bases().size());
        assertThat(damages()).contains("dispatch 0..", "it holds no segment, which was dispatched up to position ",
            "is in neither log any more");
        if (directoryToo) {
            Files.delete(dispatch());
        }
        start(SHORT, LONG);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isEqualTo(1);
        assertTold(true);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isEqualTo(1);
        assertThat(line("dispatch")).contains(", 1 starts found it gone or too short");
    }

    @Test
    void shouldTellWhatIsLostWithTheEndOfTheLog() throws IOException {
        run(SHORT, LONG);
        deleteSegments(1, bases().size());
        assertThat(damages()).contains("it ends at position ", "is in neither log any more");

        start(SHORT, LONG);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isEqualTo(1);
        assertTold(true);
    }

    @Test
    void shouldLoseNothingWhereTheJournalHoldsAllOfIt() throws IOException {
        run(LONG, LONG);
        deleteSegments(0, bases().size());
        assertThat(verify().damages()).isEmpty();
        assertThat(line("dispatch")).contains("it holds no segment, which was dispatched up to position ",
            "the next start makes it again");

        start(LONG, LONG);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isEqualTo(1);
        assertThat(counted(ProxyCounter.WRITER_OVERTAKEN)).isZero();
        assertThat(node.proxy().writers().overtaken()).isEmpty();
        node.stopProxy();
        node.check("made again", true);
    }

    @Test
    void shouldTellWhatIsLostWithTheSegmentsThatAWriterNeeds() throws IOException {
        run(SHORT, LONG);
        final long oldest = bases().get(2);
        deleteSegments(0, 2);
        assertThat(damages()).contains("dispatch 64.." + oldest + ": segments are missing");

        start(SHORT, LONG);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isZero();
        assertTold(true);
    }

    @Test
    void shouldMakeSegmentsAgainThatAWriterNeedsAndTheJournalHolds() throws IOException {
        run(LONG, LONG);
        deleteSegments(0, 1);
        assertThat(damages()).contains("segments are missing");

        stuck.stuck = false;
        start(LONG, LONG);
        assertThat(counted(ProxyCounter.DISPATCH_REMADE)).isEqualTo(1);
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isZero();
        assertThat(counted(ProxyCounter.WRITER_OVERTAKEN)).isZero();
        final long all = held();
        node.stepUntil("the writer gets everything", () -> stuck.delivered >= all);
        node.stopProxy();
        node.check("made again", true);
    }

    /** The journal is kept for longer than what was made of it: what retention took is not made again. */
    @Test
    void shouldTakeNothingForGoneThatRetentionReleased() throws IOException {
        run(LONG, SEGMENT_LENGTH);
        assertThat(bases().get(0)).isPositive();
        start(LONG, SEGMENT_LENGTH);
        final long overtaken = counted(ProxyCounter.WRITER_OVERTAKEN);
        assertThat(overtaken).isPositive();
        assertThat(counted(ProxyCounter.DISPATCH_REMADE)).isZero();
        assertThat(counted(ProxyCounter.DISPATCH_LOGS_GONE)).isZero();
        node.stopProxy();
        assertThat(verify().damages()).isEmpty();
    }
}
