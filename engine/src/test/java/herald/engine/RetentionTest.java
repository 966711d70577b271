package herald.engine;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.journal.JournalRecovery;
import herald.log.LogReader;
import herald.receiver.RecorderState;
import herald.stage.ProxyCounter;
import herald.writer.WriterStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a proxy deletes of its logs, when, and whom it tells.
 */
@Timeout(120)
class RetentionTest {
    private static final int SEGMENT_LENGTH = 64 * 1024;

    @TempDir
    private Path dir;

    private long oldest(final Path log) {
        return LogReader.segmentBases(SystemDisk.INSTANCE, log).get(0);
    }

    private static long counted(final SteppedNode node, final ProxyCounter counter) {
        return node.proxy().counters().get(counter);
    }

    @Test
    void shouldReleaseByAgeInJournalTimeAndNotWhereTheWallClockJumps() throws IOException {
        final AtomicLong wallAheadNs = new AtomicLong();
        try (SteppedNode node = new SteppedNode(dir, 101)) {
            node.startRecorders();
            node.startProxy(node.context().journalRetentionNs(TimeUnit.HOURS.toNanos(1))
                .clock(() -> node.clock().nanoTime() + wallAheadNs.get()));
            node.workOfOneRecorder(1_500);
            wallAheadNs.set(TimeUnit.DAYS.toNanos(30));
            node.clock().advance(TimeUnit.SECONDS.toNanos(10));
            node.workOfOneRecorder(10);
            assertThat(oldest(DataDirectory.journal(dir))).isZero();

            node.clock().advance(TimeUnit.HOURS.toNanos(2));
            node.stepUntil("old segments are gone", () -> {
                node.clock().advance(TimeUnit.SECONDS.toNanos(1));
                return oldest(DataDirectory.journal(dir)) > SEGMENT_LENGTH;
            });
            assertThat(counted(node, ProxyCounter.SEGMENTS_RELEASED)).isPositive();
        }
    }

    @Test
    void shouldKeepWhatASlowWriterNeedsUpToTheCapAndTellItWhatItLostBeyond() throws IOException {
        final StuckWriter writer = new StuckWriter();
        try (SteppedNode node = new SteppedNode(dir, 102)) {
            node.startRecorders();
            node.startProxy(node.context().dispatchRetentionLength(3 * SEGMENT_LENGTH)
                .writer(writer, EventFilter.ALL, true));
            while (oldest(DataDirectory.dispatch(dir)) == 0) {
                node.work(50);
                node.clock().advance(TimeUnit.MILLISECONDS.toNanos(300));
            }
            assertThat(counted(node, ProxyCounter.SEGMENTS_RELEASED)).isPositive();
            assertThat(end(node) - oldest(DataDirectory.dispatch(dir))).isGreaterThanOrEqualTo(3 * SEGMENT_LENGTH);
            assertThat(counted(node, ProxyCounter.WRITER_LOST_BYTES)).isZero();
            assertToldOfWhatItIsLosing(node);
            node.stopProxy();

            final long kept = oldest(DataDirectory.dispatch(dir));
            writer.stuck = false;
            node.startProxy(node.context().writer(writer, EventFilter.ALL, true));
            node.stepUntil("the writer gets through", () -> writer.delivered > 0);
            assertThat(counted(node, ProxyCounter.WRITER_LOST_BYTES)).isBetween(kept - 1_000_000L, kept).isPositive();
        }
    }

    private void assertToldOfWhatItIsLosing(final SteppedNode node) throws IOException {
        final long events = counted(node, ProxyCounter.WRITER_OVERTAKEN);
        assertThat(events).isPositive();
        assertThat(node.proxy().writers().overtaken().get("stuck")).matches(events + " events of .*Z to .*Z");
        try (WriterStatus status = WriterStatus.read(
            SystemDisk.INSTANCE, DataDirectory.bookmarks(dir).resolve("stuck" + WriterStatus.SUFFIX))) {
            assertThat(status.get(WriterStatus.Field.OVERTAKEN_EVENTS)).isEqualTo(events);
            assertThat(status.get(WriterStatus.Field.OVERTAKEN_FROM_MS)).isPositive()
                .isLessThanOrEqualTo(status.get(WriterStatus.Field.OVERTAKEN_TO_MS));
        }
    }

    private long end(final SteppedNode node) {
        final List<Long> bases = LogReader.segmentBases(SystemDisk.INSTANCE, DataDirectory.dispatch(node.dir()));
        return bases.get(bases.size() - 1) + SEGMENT_LENGTH;
    }

    @Test
    void shouldForgetARecorderThatWasSilentForLongAndMeetItAgain() throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 103)) {
            node.startRecorders();
            node.startProxy(node.context().forgetRecorderNs(TimeUnit.DAYS.toNanos(30)));
            node.work(300);
            node.settle();
            assertThat(known()).hasSize(3);
            node.clock().advance(TimeUnit.DAYS.toNanos(31));
            node.workOfOneRecorder(1_000);
            node.settle();
            assertThat(known()).hasSize(1);

            node.stopProxy();
            node.startProxy(node.context().forgetRecorderNs(TimeUnit.DAYS.toNanos(30)));
            node.work(300);
            node.settle();
            assertThat(known()).hasSize(3);
            node.stopProxy();
            node.check("at the end", true);
        }
    }

    private List<UUID> known() {
        return JournalRecovery.read(SystemDisk.INSTANCE, DataDirectory.journal(dir), damage -> { }).recorders()
            .stream().map(RecorderState::id).toList();
    }

    @Test
    void shouldRefuseARetentionThatKeepsNothing() {
        final EventProxy.Context context = new EventProxy.Context().dataDir(dir).journalRetentionLength(0);
        assertThatThrownBy(() -> EventProxy.launch(context)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("journalRetentionLength is 0").hasMessageContaining("segment");
        context.journalRetentionLength(1L << 30).journalRetentionNs(0);
        assertThatThrownBy(() -> EventProxy.launch(context)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("journalRetentionNs is 0").hasMessageContaining("above 0");
        context.journalRetentionNs(1).dispatchRetentionLength(1);
        assertThatThrownBy(() -> EventProxy.launch(context)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("dispatchRetentionLength is 1");
    }
}
