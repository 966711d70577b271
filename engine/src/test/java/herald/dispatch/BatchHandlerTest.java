package herald.dispatch;

import herald.disk.BatchDecoder;
import herald.engine.WireEvents;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.log.FaultyDisk;
import herald.log.LogFullException;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import herald.stage.EventSlot;
import herald.stage.FoldingRules;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What closes a batch, what stands in it, and from where the journal is replayed after it.
 */
@Timeout(120)
class BatchHandlerTest {
    private static final long INTERVAL_NS = 1_000;
    private static final long BASE_NS = 50 * INTERVAL_NS;
    private static final int LENGTH_LIMIT = 16 * 1024;

    @TempDir
    private Path dir;
    private final FaultyDisk disk = new FaultyDisk();
    private final Map<CounterId, Long> counters = new HashMap<>();
    private DispatchLog log;
    private BatchHandler handler;
    private long position = 64;

    /** One entry of a batch that was read back. */
    private record Entry(long id, long count, long firstSeenNs, long lastSeenNs, long position, boolean overfull) {
    }

    /** A batch that was read back. */
    private record Read(long fromNs, long toNs, long resume, List<Entry> entries) {
        List<Long> ids() {
            return entries.stream().map(Entry::id).toList();
        }
    }

    @BeforeEach
    void open() {
        final SegmentedLog segments = SegmentedLog.open(
            new SegmentedLog.Config(disk, dir, 64 * 1024, new UUID(1, 2), () -> 0), 0, damage -> { });
        log = new DispatchLog(segments, 0, 0);
        handler = new BatchHandler(
            log, true, (counter, amount) -> counters.merge(counter, amount, Long::sum));
        handler.configure(WireEvents.start(10 * INTERVAL_NS, INTERVAL_NS, 100, LENGTH_LIMIT));
    }

    @AfterEach
    void close() {
        log.close();
    }

    private EventSlot journaled(final EventSlot slot) {
        slot.journaledAt(position, position + 16);
        position += 16;
        return slot;
    }

    private EventSlot fresh(final long id, final long timeNs) {
        return fresh(id, timeNs, "lost");
    }

    private EventSlot fresh(final long id, final long timeNs, final String message) {
        final EventSlot slot = journaled(WireEvents.event().message(message).slot(timeNs, 0));
        slot.firstOccurrence(3, id, timeNs, false);
        return slot;
    }

    private EventSlot repeat(final EventSlot first, final long timeNs, final long count) {
        final EventSlot slot = journaled(WireEvents.event().slot(timeNs, 0));
        slot.repeatOf(first.eventIdHigh(), first.eventIdLow(), first.firstPosition())
            .occurrence(first.firstSeenNs(), first.firstRecordTimeNs(), timeNs, count);
        return slot;
    }

    private EventSlot other(final EventSlot.Kind kind, final long timeNs) {
        final EventSlot slot = new EventSlot().reset(kind, timeNs, timeNs);
        switch (kind) {
            case START -> slot.start(WireEvents.start(10 * INTERVAL_NS, 2 * INTERVAL_NS, 100, LENGTH_LIMIT));
            case VOID -> slot.voided(new RecorderState(new UUID(1, 1), 0), 1, 2, VoidCause.REFUSED);
            default -> {
                // Nothing but its time.
            }
        }
        return journaled(slot);
    }

    private List<Read> batches() {
        final List<Read> read = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, dir, 0, damage -> {
            throw new AssertionError(damage);
        })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                final List<Entry> entries = new ArrayList<>();
                for (int i = 0; i < batch.size(); i++) {
                    final BatchDecoder.EventsDecoder event = batch.entry(i);
                    entries.add(new Entry(event.eventIdLow(), event.occurrences(), event.firstSeenNs(),
                        event.lastSeenNs(), event.position(), event.flags().overfull()));
                }
                read.add(new Read(batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), entries));
            }
        }
        return read;
    }

    private long counted(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    @Test
    void shouldPutEntriesInTheOrderOfTheirLastTouch() {
        final EventSlot a = fresh(1, BASE_NS + 1);
        handler.onSlot(a);
        handler.onSlot(fresh(2, BASE_NS + 2));
        handler.onSlot(repeat(a, BASE_NS + 3, 2));
        handler.onSlot(fresh(3, BASE_NS + 4));
        handler.onSlot(repeat(a, BASE_NS + 5, 3));
        assertThat(batches()).isEmpty();
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS + 6));

        assertThat(batches()).containsExactly(new Read(BASE_NS + 1, BASE_NS + 6, position, List.of(
            new Entry(2, 1, BASE_NS + 2, BASE_NS + 2, 80, false),
            new Entry(3, 1, BASE_NS + 4, BASE_NS + 4, 112, false),
            new Entry(1, 3, BASE_NS + 1, BASE_NS + 5, 64, false))));
        assertThat(counted(ProxyCounter.BATCHES)).isEqualTo(1);
        assertThat(counted(ProxyCounter.DISPATCHED)).isEqualTo(3);
        assertThat(log.resumePosition()).isEqualTo(position);
    }

    @Test
    void shouldKeepFirstTouchOrderUnderTheFirstRules() {
        handler.configure(WireEvents.under(
            WireEvents.start(10 * INTERVAL_NS, INTERVAL_NS, 100, LENGTH_LIMIT), FoldingRules.FIRST));
        final EventSlot a = fresh(1, BASE_NS + 1);
        handler.onSlot(a);
        handler.onSlot(fresh(2, BASE_NS + 2));
        handler.onSlot(repeat(a, BASE_NS + 3, 2));
        handler.onSlot(other(EventSlot.Kind.START, BASE_NS + 6));
        final EventSlot c = fresh(3, BASE_NS + 7);
        handler.onSlot(c);
        handler.onSlot(fresh(4, BASE_NS + 7));
        handler.onSlot(repeat(c, BASE_NS + 7, 2));
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS + 8));

        assertThat(batches()).extracting(Read::ids).containsExactly(List.of(1L, 2L), List.of(4L, 3L));
    }

    @Test
    void shouldPutManyEntriesOfAllLengthsInOrder() {
        final Random random = new Random(34);
        for (int round = 0; round < 50; round++) {
            final Map<Long, EventSlot> firsts = new LinkedHashMap<>();
            final long timeNs = BASE_NS + round * INTERVAL_NS;
            for (int i = 1; i < 200; i++) {
                final long id = 1L + random.nextInt(round + 1);
                final EventSlot first = firsts.remove(id);
                final EventSlot slot = first == null ?
                    fresh(id, timeNs, "x".repeat(random.nextInt(60))) : repeat(first, timeNs, i);
                firsts.put(id, first == null ? slot : first);
                handler.onSlot(slot);
            }
            handler.onSlot(other(EventSlot.Kind.TICK, timeNs + INTERVAL_NS));

            assertThat(batches()).last().extracting(Read::ids).isEqualTo(List.copyOf(firsts.keySet()));
        }
    }

    @Test
    void shouldCloseAtMultiplesOfTheIntervalOnJournalTime() {
        handler.onSlot(fresh(1, BASE_NS + 900));
        assertThat(handler.openUntilNs()).isEqualTo(BASE_NS + INTERVAL_NS);
        handler.onSlot(fresh(2, BASE_NS + 999));
        final EventSlot third = fresh(3, BASE_NS + 1_000);
        handler.onSlot(third);
        assertThat(handler.openUntilNs()).isEqualTo(BASE_NS + 2 * INTERVAL_NS);
        final EventSlot fourth = fresh(4, BASE_NS + 7_500);
        handler.onSlot(fourth);
        assertThat(handler.openUntilNs()).isEqualTo(BASE_NS + 8 * INTERVAL_NS);

        final List<Read> batches = batches();
        assertThat(batches).extracting(Read::ids).containsExactly(List.of(1L, 2L), List.of(3L));
        assertThat(batches).extracting(Read::resume).containsExactly(third.position(), fourth.position());
        assertThat(batches).extracting(Read::toNs).containsExactly(BASE_NS + 1_000, BASE_NS + 7_500);
    }

    @ParameterizedTest
    @EnumSource(value = EventSlot.Kind.class, names = {"TICK", "VOID"})
    void shouldCloseByTimePassedAlone(final EventSlot.Kind kind) {
        handler.onSlot(other(kind, BASE_NS));
        handler.onSlot(fresh(1, BASE_NS + 1));
        handler.onSlot(other(kind, BASE_NS + 999));
        assertThat(batches()).isEmpty();
        handler.onSlot(other(kind, BASE_NS + 1_000));
        final long end = position;
        handler.onSlot(other(kind, BASE_NS + 9_000));

        assertThat(batches()).extracting(Read::resume).containsExactly(end);
        assertThat(handler.openUntilNs()).isEqualTo(BatchHandler.NOTHING_OPEN);
    }

    @ParameterizedTest
    @EnumSource(value = EventSlot.Kind.class, names = {"START", "SHUTDOWN"})
    void shouldCloseAtOnceByAStartOrAnOrderlyStop(final EventSlot.Kind kind) {
        handler.onSlot(other(kind, BASE_NS));
        handler.onSlot(fresh(1, BASE_NS + 1));
        handler.onSlot(other(kind, BASE_NS + 2));
        final long end = position;
        handler.onSlot(other(kind, BASE_NS + 3));

        assertThat(batches()).extracting(Read::resume).containsExactly(end);
        assertThat(handler.openUntilNs()).isEqualTo(BatchHandler.NOTHING_OPEN);
        handler.onSlot(fresh(2, BASE_NS + 5));
        assertThat(handler.openUntilNs()).isEqualTo(BASE_NS + (kind == EventSlot.Kind.START ? 2 : 1) * INTERVAL_NS);
    }

    @Test
    void shouldCloseByLengthAndResumeAtTheEventThatDidNotFit() {
        final String message = "x".repeat(1_000);
        final List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            handler.onSlot(fresh(i, BASE_NS + 1, message));
            expected.add((long)i);
        }
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS + 1));

        final List<Read> batches = batches();
        assertThat(batches).hasSizeGreaterThan(2);
        assertThat(batches.stream().flatMap(batch -> batch.ids().stream())).containsExactlyElementsOf(expected);
        for (int i = 0; i + 1 < batches.size(); i++) {
            assertThat(batches.get(i).resume()).isEqualTo(batches.get(i + 1).entries().get(0).position());
        }
    }

    @Test
    void shouldGiveBothWhereAWindowEndedAndTheEventRecurredInTheSameInterval() {
        final EventSlot old = fresh(1, BASE_NS + 1);
        handler.onSlot(repeat(old, BASE_NS + 10, 9));
        final EventSlot again = fresh(2, BASE_NS + 20);
        handler.onSlot(again);
        handler.onSlot(repeat(again, BASE_NS + 21, 2));
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS + 30));

        assertThat(batches().get(0).entries()).extracting(Entry::id).containsExactly(1L, 2L);
        assertThat(batches().get(0).entries()).extracting(Entry::count).containsExactly(9L, 2L);
    }

    @Test
    void shouldFlagWhatDedupTreatedAsNew() {
        final EventSlot slot = fresh(1, BASE_NS);
        slot.firstOccurrence(3, 1, BASE_NS, true);
        handler.onSlot(slot);
        handler.onSlot(fresh(2, BASE_NS));
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS));

        assertThat(batches().get(0).entries()).extracting(Entry::overfull).containsExactly(true, false);
    }

    @ParameterizedTest
    @EnumSource(value = EventSlot.Kind.class, names = {"EVENT", "TICK", "START", "SHUTDOWN"})
    void shouldLoseAndDoubleNothingWhereTheDiskIsFull(final EventSlot.Kind kind) {
        final String message = "x".repeat(1_000);
        disk.full(true);
        final List<Long> expected = new ArrayList<>();
        int refusals = 0;
        for (int i = 0; i < 120; i++) {
            final long timeNs = BASE_NS + i * 100L;
            final EventSlot slot = i % 10 == 9 && kind != EventSlot.Kind.EVENT ?
                other(kind, timeNs + 100) : fresh(i, timeNs, message);
            if (slot.kind() == EventSlot.Kind.EVENT) {
                expected.add((long)i);
            }
            refusals += insist(slot);
        }
        insist(other(EventSlot.Kind.SHUTDOWN, BASE_NS + 120 * 100));

        final List<Read> batches = batches();
        assertThat(refusals).isPositive();
        assertThat(batches.stream().flatMap(batch -> batch.ids().stream())).containsExactlyElementsOf(expected);
        assertThat(counted(ProxyCounter.BATCHES)).isEqualTo(batches.size());
        assertThat(counted(ProxyCounter.DISPATCHED)).isEqualTo(expected.size());
        assertThat(log.resumePosition()).isEqualTo(batches.get(batches.size() - 1).resume());
    }

    /** Hands a slot over as a stage agent does: again, until there is room. */
    private int insist(final EventSlot slot) {
        try {
            handler.onSlot(slot);
            return 0;
        } catch (final LogFullException e) {
            final long resume = log.resumePosition();
            assertThatThrownBy(() -> handler.onSlot(slot)).isInstanceOf(LogFullException.class);
            assertThat(log.resumePosition()).isEqualTo(resume);
            disk.full(false);
            handler.onSlot(slot);
            disk.full(true);
            return 1;
        }
    }

    @Test
    void shouldForceAtTheEndOfATurn() throws IOException {
        final int before = disk.forces();
        handler.onSlot(fresh(1, BASE_NS));
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS));
        handler.onTurnEnd();
        assertThat(disk.forces()).isEqualTo(before + 1);

        disk.failing(true);
        handler.onSlot(fresh(2, BASE_NS));
        handler.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS));
        assertThatThrownBy(handler::onTurnEnd).isInstanceOf(IOException.class);
    }

    @Test
    void shouldNotForceWhereThatIsNotAskedFor() throws IOException {
        final int before = disk.forces();
        final BatchHandler lazy = new BatchHandler(log, false, (counter, amount) -> { });
        lazy.configure(WireEvents.start(10 * INTERVAL_NS, INTERVAL_NS, 100, LENGTH_LIMIT));
        lazy.onSlot(fresh(1, BASE_NS));
        lazy.onSlot(other(EventSlot.Kind.SHUTDOWN, BASE_NS));
        lazy.onTurnEnd();

        assertThat(disk.forces()).isEqualTo(before);
    }
}
