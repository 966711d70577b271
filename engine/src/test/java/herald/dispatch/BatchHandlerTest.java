package herald.dispatch;

import herald.dedup.DedupEntry;
import herald.dedup.Entries;
import herald.engine.Counts;
import herald.engine.EventSlot;
import herald.engine.ProxyCounter;
import herald.engine.Slots;
import herald.engine.TestClock;
import herald.engine.WireEvents;
import herald.log.FaultyDisk;
import herald.log.LogFullException;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * When a batch is closed, what is in it and in which order, and that a full disk neither loses nor doubles one.
 */
@Timeout(30)
class BatchHandlerTest {
    private static final long INTERVAL = 100;
    private static final int LENGTH_LIMIT = 4096;

    @TempDir
    private Path dir;
    private final FaultyDisk disk = new FaultyDisk();
    private final Counts counts = new Counts();
    private final RecorderState recorder = new RecorderState(WireEvents.RECORDER, 0);
    private DispatchLog log;
    private BatchHandler handler;
    private long position = 64;

    @BeforeEach
    void open() {
        log = new DispatchLog(SegmentedLog.open(
            new SegmentedLog.Config(disk, dir, 64 * 1024, new UUID(1, 2), new TestClock().wall()), 0, damage -> { }),
            0, 0);
        handler = new BatchHandler(log, true, counts);
        handler.configure(Slots.settings(1000, INTERVAL, 100, LENGTH_LIMIT));
    }

    @AfterEach
    void close() {
        log.close();
    }

    private EventSlot slot(final long timeNs, final long id, final long count, final int messageLength) {
        final EventSlot slot = Slots.event(timeNs,
            WireEvents.event("x".repeat(messageLength)).by(WireEvents.RECORDER, id).encode(), recorder, id);
        slot.journaledAt(position, position + 16);
        position += 16;
        slot.firstOccurrence(5, id, timeNs, false);
        if (count > 1) {
            slot.repeatOf(entry(id, timeNs, count), timeNs);
        }
        return slot;
    }

    private static DedupEntry entry(final long id, final long timeNs, final long count) {
        return Entries.of(5, id, timeNs, count);
    }

    private void event(final long timeNs, final long id, final long count) {
        handler.onSlot(slot(timeNs, id, count, 10));
    }

    private void mark(final EventSlot slot) {
        slot.journaledAt(position, position + 16);
        position += 16;
        handler.onSlot(slot);
    }

    /** Batches as {@code from-to:id x count,...}. */
    private List<String> batches() {
        final List<String> batches = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(disk, dir, 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                final StringBuilder text = new StringBuilder().append(batch.fromTimeNs()).append('-')
                    .append(batch.toTimeNs()).append(':');
                for (int i = 0; i < batch.size(); i++) {
                    final var entry = batch.entry(i);
                    text.append(' ').append(entry.eventIdLow()).append('x').append(entry.occurrences());
                }
                batches.add(text.toString());
            }
        }
        return batches;
    }

    @Test
    void shouldKeepFirstTouchOrderAndTheLatestCount() {
        event(1000, 1, 1);
        event(1001, 2, 1);
        event(1002, 1, 2);
        event(1003, 3, 1);
        event(1099, 1, 3);
        event(1100, 2, 2);
        mark(Slots.of(EventSlot.Kind.SHUTDOWN, 1150));
        assertThat(batches()).containsExactly("1000-1100: 1x3 2x1 3x1", "1100-1150: 2x2");
    }

    @Test
    void shouldHoldBothWhereAWindowEndedAndTheEventCameAgain() {
        event(1000, 1, 7);
        event(1050, 99, 1);
        event(1060, 99, 2);
        mark(Slots.of(EventSlot.Kind.TICK, 1100));
        assertThat(batches()).containsExactly("1000-1100: 1x7 99x2");
    }

    @Test
    void shouldCloseAtMultiplesOfTheIntervalOnly() {
        event(1099, 1, 1);
        assertThat(handler.openUntilNs()).isEqualTo(1100);
        mark(Slots.of(EventSlot.Kind.TICK, 1099));
        mark(Slots.voided(1099, recorder, 5, 6));
        assertThat(batches()).isEmpty();
        mark(Slots.voided(1100, recorder, 7, 7));
        assertThat(handler.openUntilNs()).isEqualTo(BatchHandler.NOTHING_OPEN);
        mark(Slots.of(EventSlot.Kind.TICK, 1300));
        assertThat(batches()).containsExactly("1099-1100: 1x1");
    }

    @Test
    void shouldCloseAtAStartAndSetWhatAppliesFromThereOn() {
        event(1000, 1, 1);
        mark(Slots.start(1001, Slots.settings(1000, 50, 100, LENGTH_LIMIT)));
        event(1002, 2, 1);
        assertThat(handler.openUntilNs()).isEqualTo(1050);
        mark(Slots.of(EventSlot.Kind.SHUTDOWN, 1003));
        mark(Slots.of(EventSlot.Kind.SHUTDOWN, 1003));
        assertThat(batches()).containsExactly("1000-1001: 1x1", "1002-1003: 2x1");
        assertThat(log.resumePosition()).isEqualTo(position - 16);
    }

    @Test
    void shouldCloseAtTheLengthLimitAndResumeAtTheEventThatDidNotFit() {
        for (int id = 1; id <= 5; id++) {
            handler.onSlot(slot(1000, id, 1, 1000));
        }
        assertThat(batches()).containsExactly("1000-1000: 1x1 2x1 3x1");
        assertThat(log.resumePosition()).isEqualTo(64 + 3 * 16);
        mark(Slots.of(EventSlot.Kind.SHUTDOWN, 1001));
        assertThat(batches()).hasSize(2);
    }

    @Test
    void shouldCloseAtTheLimitOfEntries() {
        handler.configure(Slots.settings(1000, INTERVAL, 100, 16 * 1024 * 1024));
        final EventSlot small = slot(1000, 1, 1, 0);
        for (int id = 1; id <= 65_000; id++) {
            small.firstOccurrence(5, id, 0, false);
            handler.onSlot(small);
        }
        assertThat(counts.get(ProxyCounter.BATCHES)).isZero();
        small.firstOccurrence(5, 30_000, 0, false);
        handler.onSlot(small);
        assertThat(counts.get(ProxyCounter.BATCHES)).as("a touch needs no entry").isZero();
        small.firstOccurrence(5, 65_001, 0, false);
        final IllegalArgumentException over =
            catchThrowableOfType(IllegalArgumentException.class, () -> handler.onSlot(small));
        assertThat(over).as("segments of 64 KiB").hasMessageContaining("choose longer segments");
    }

    @Test
    void shouldNeitherLoseNorDoubleABatchThatTheDiskHadNoRoomFor() throws IOException {
        disk.full = true;
        int refused = 0;
        for (int id = 1; id <= 200; id++) {
            final EventSlot slot = slot(1000 + id, id, 1, 800);
            for (int attempt = 0; attempt < 3; attempt++) {
                disk.full = attempt < 2;
                try {
                    handler.onSlot(slot);
                    break;
                } catch (final LogFullException e) {
                    refused++;
                    handler.onTurnEnd();
                }
            }
        }
        mark(Slots.of(EventSlot.Kind.SHUTDOWN, 5000));
        assertThat(refused).isGreaterThanOrEqualTo(4);
        final List<String> ids = new ArrayList<>();
        batches().forEach(batch -> ids.addAll(List.of(batch.replaceAll(".*: ", "").split(" "))));
        assertThat(ids).hasSize(200).doesNotHaveDuplicates();
        assertThat(counts.get(ProxyCounter.DISPATCHED)).isEqualTo(200);
    }
}
