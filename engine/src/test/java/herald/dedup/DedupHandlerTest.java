package herald.dedup;

import herald.engine.WireEvents;
import herald.events.AttributePatterns;
import herald.link.CounterId;
import herald.stage.EventSlot;
import herald.stage.FoldingRules;
import herald.stage.ProxyCounter;
import herald.wire.SeverityLevel;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What dedup says of events: which are the same, for how long, and what it does where it holds too many.
 */
@Timeout(120)
class DedupHandlerTest {
    private static final long INTERVAL_NS = 1_000;
    private static final long BASE_NS = 50 * INTERVAL_NS;

    private final Map<CounterId, Long> counters = new HashMap<>();
    private final DedupHandler handler = handler(1234);
    private long nextPosition = 64;

    private DedupHandler handler(final long seed) {
        return handler(seed, 4);
    }

    private DedupHandler handler(final long seed, final int indexLimit) {
        return new DedupHandler(seed, indexLimit, (counter, amount) -> counters.merge(counter, amount, Long::sum));
    }

    @BeforeEach
    void start() {
        start(handler, INTERVAL_NS, 100);
    }

    @AfterEach
    void close() {
        handler.close();
    }

    private static void start(final DedupHandler target, final long intervalNs, final long keyLimit) {
        target.onSlot(new EventSlot().reset(EventSlot.Kind.START, 1, 1)
            .start(WireEvents.start(intervalNs, 100, keyLimit, 65_536)));
    }

    private void start(final FoldingRules rules) {
        handler.onSlot(new EventSlot().reset(EventSlot.Kind.START, 1, 1)
            .start(WireEvents.under(WireEvents.start(INTERVAL_NS, 100, 100, 65_536), rules)));
    }

    private EventSlot handle(final WireEvents event, final long journalTimeNs) {
        final EventSlot slot = event.slot(journalTimeNs, nextPosition);
        nextPosition += 16;
        handler.onSlot(slot);
        return slot;
    }

    private long occurrences(final WireEvents event, final long journalTimeNs) {
        return handle(event, journalTimeNs).occurrences();
    }

    private long counted(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    @Test
    void shouldFoldARepeatIntoTheFirstOccurrence() {
        final EventSlot first = handle(WireEvents.event().recorded(new UUID(1, 2), 5, 700), BASE_NS);
        final EventSlot repeat = handle(WireEvents.event().recorded(new UUID(3, 4), 9, 800), BASE_NS + 10);

        assertThat(repeat.eventIdHigh()).isEqualTo(first.eventIdHigh());
        assertThat(repeat.eventIdLow()).isEqualTo(first.eventIdLow());
        assertThat(repeat.occurrences()).isEqualTo(2);
        assertThat(repeat.firstSeenNs()).isEqualTo(BASE_NS);
        assertThat(repeat.firstRecordTimeNs()).isEqualTo(700);
        assertThat(repeat.lastRecordTimeNs()).isEqualTo(800);
        assertThat(repeat.firstPosition()).isEqualTo(first.position());
        handler.onTurnEnd();
        assertThat(counted(ProxyCounter.DEDUPLICATED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 499, 500, 998, 999})
    void shouldFoldUpToTheIntervalFromTheFirstOccurrenceAndNotAtIt(final long phase) {
        final long firstNs = BASE_NS + phase;

        assertThat(occurrences(WireEvents.event(), firstNs)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event(), firstNs + INTERVAL_NS - 1)).isEqualTo(2);
        assertThat(occurrences(WireEvents.event(), firstNs + INTERVAL_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event(), firstNs + 2 * INTERVAL_NS - 1)).isEqualTo(2);
        assertThat(occurrences(WireEvents.event(), firstNs + 2 * INTERVAL_NS)).isEqualTo(1);
    }

    @Test
    void shouldCountEventsWhoseClockWasNotSet() {
        handle(WireEvents.event().recorded(new UUID(1, 2), 5, 978_307_199_999_999_999L), BASE_NS);
        handle(WireEvents.event().recorded(new UUID(1, 2), 6, 978_307_200_000_000_000L), BASE_NS);
        handler.onTurnEnd();

        assertThat(counted(ProxyCounter.CLOCK_UNSET)).isEqualTo(1);
    }

    @Test
    void shouldPassOverWhatIsNoEventAndCountIt() {
        final EventSlot slot = WireEvents.event().slot(BASE_NS, 64);
        slot.wireEvent().putShort(2, (short)9, java.nio.ByteOrder.LITTLE_ENDIAN);
        handler.onAhead(slot);
        handler.onSlot(slot);

        assertThat(slot.isUnreadable()).isTrue();
        assertThat(occurrences(WireEvents.event(), BASE_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event(), BASE_NS)).isEqualTo(2);
        handler.onTurnEnd();
        assertThat(counted(ProxyCounter.UNREADABLE_RECORDS)).isEqualTo(1);
    }

    @Test
    void shouldNotExtendAWindowByRepeats() {
        final long firstNs = BASE_NS + 300;
        for (int i = 0; i < 10; i++) {
            assertThat(occurrences(WireEvents.event(), firstNs + i * 100L)).isEqualTo(i + 1);
        }
        assertThat(occurrences(WireEvents.event(), firstNs + INTERVAL_NS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 7, 1000})
    void shouldForgetOverGenerationsThatWereSkipped(final long generations) {
        handle(WireEvents.event(), BASE_NS);
        handle(WireEvents.event().message("other"), BASE_NS + 999);

        assertThat(occurrences(WireEvents.event(), BASE_NS + generations * INTERVAL_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event().message("other"), BASE_NS + generations * INTERVAL_NS))
            .isEqualTo(generations == 1 ? 2 : 1);
    }

    @Test
    void shouldFindTheYoungerOfTwoWindows() {
        handle(WireEvents.event(), BASE_NS + 500);
        final EventSlot second = handle(WireEvents.event().recorded(new UUID(1, 1), 2, 3), BASE_NS + 1_500);
        final EventSlot repeat = handle(WireEvents.event(), BASE_NS + 1_600);

        assertThat(second.occurrences()).isEqualTo(1);
        assertThat(repeat.occurrences()).isEqualTo(2);
        assertThat(repeat.eventIdLow()).isEqualTo(second.eventIdLow());
        assertThat(repeat.firstPosition()).isEqualTo(second.position());
    }

    @Test
    void shouldGiveTheSameAnswersWithMapsThatWerePreparedAhead() {
        for (int i = 0; i < 12; i++) {
            for (int event = 0; event < 8; event++) {
                handler.prepare();
                assertThat(handler.prepare()).isFalse();
                assertThat(occurrences(WireEvents.event().message("m" + event), BASE_NS + i * 500L))
                    .isEqualTo(i % 2 + 1);
            }
        }
    }

    @Test
    void shouldTellApartWhateverDiffersInIdentity() {
        final List<WireEvents> different = new ArrayList<>(List.of(WireEvents.event()));
        for (int place = 0; place < 12; place++) {
            different.add(WireEvents.event().text(place, "another"));
            different.add(WireEvents.event().text(place, "anothes"));
        }
        for (final SeverityLevel level : new SeverityLevel[] {
            SeverityLevel.DEBUG, SeverityLevel.INFO, SeverityLevel.CRITICAL}) {
            different.add(WireEvents.event().severity(level));
        }
        for (final WireEvents event : different) {
            assertThat(occurrences(event, BASE_NS)).isEqualTo(1);
        }
        for (final WireEvents event : different) {
            assertThat(occurrences(event, BASE_NS)).isEqualTo(2);
        }
    }

    @Test
    void shouldTellApartEventsWhoseTextsReadAlikeWithoutTheirLengths() {
        for (int place = 0; place + 1 < 12; place++) {
            assertThat(occurrences(WireEvents.event().text(place, "abc").text(place + 1, "def"), BASE_NS)).isEqualTo(1);
            assertThat(occurrences(WireEvents.event().text(place, "ab").text(place + 1, "cdef"), BASE_NS)).isEqualTo(1);
            assertThat(occurrences(WireEvents.event().text(place, "abcdef").text(place + 1, ""), BASE_NS)).isEqualTo(1);
            assertThat(occurrences(WireEvents.event().text(place, "").text(place + 1, "abcdef"), BASE_NS)).isEqualTo(1);
        }
    }

    @Test
    void shouldNotMindSequenceRecorderAndTime() {
        handle(WireEvents.event(), BASE_NS);

        assertThat(occurrences(WireEvents.event().recorded(new UUID(8, 8), 1 << 20, 77), BASE_NS)).isEqualTo(2);
    }

    @Test
    void shouldTakeEventsOfOtherAttributesForOthers() {
        final List<WireEvents> others = List.of(
            WireEvents.event(),
            WireEvents.event().attribute("reason", "cable pulled"),
            WireEvents.event().attribute("reason", "transceiver burnt"),
            WireEvents.event().attribute("reason", ""),
            WireEvents.event().attribute("", "reason"),
            WireEvents.event().attribute("reasoncable", " pulled"),
            WireEvents.event().attribute("a", "b").attribute("c", "d"),
            WireEvents.event().attribute("a", "d").attribute("c", "b"),
            WireEvents.event().attribute("b", "a").attribute("d", "c"));

        for (final WireEvents event : others) {
            assertThat(occurrences(event, BASE_NS)).isEqualTo(1);
        }
        for (final WireEvents event : others) {
            assertThat(occurrences(event, BASE_NS)).isEqualTo(2);
        }
    }

    @Test
    void shouldNotMindTheOrderOfAttributes() {
        assertThat(occurrences(
            WireEvents.event().attribute("a", "1").attribute("b", "2").attribute("c", "3"), BASE_NS)).isEqualTo(1);
        assertThat(occurrences(
            WireEvents.event().attribute("c", "3").attribute("a", "1").attribute("b", "2"), BASE_NS)).isEqualTo(2);
    }

    @Test
    void shouldLeaveOutWhatTheTypeAndTheSettingLeaveOut() {
        start(FoldingRules.current(AttributePatterns.of(List.of("x-*", "größe"))));

        assertThat(occurrences(WireEvents.event().attribute("reason", "a"), BASE_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event().attribute("x-id", "1").attribute("reason", "a")
            .attribute("größe", "5"), BASE_NS)).isEqualTo(2);
        assertThat(occurrences(WireEvents.event().attribute("reason", "a").attribute("pid", "7").ignoredAttributes(1),
            BASE_NS)).isEqualTo(3);
        assertThat(occurrences(
            WireEvents.event().attribute("reason", "a").attribute("pid", "8"), BASE_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event().attribute("reason", "b").ignoredAttributes(9), BASE_NS)).isEqualTo(1);
        assertThat(occurrences(WireEvents.event().attribute("x-id", "1"), BASE_NS)).isEqualTo(2);
    }

    @Test
    void shouldForgetWhereTheRulesChangeAlsoWhatWasComputedAhead() {
        final WireEvents a = WireEvents.event().attribute("reason", "a");
        final WireEvents b = WireEvents.event().attribute("reason", "b");
        start(FoldingRules.FIRST);
        assertThat(occurrences(a, BASE_NS)).isEqualTo(1);
        assertThat(occurrences(b, BASE_NS)).isEqualTo(2);

        final EventSlot ahead = a.slot(BASE_NS, nextPosition);
        handler.onAhead(ahead);
        start(FoldingRules.current(AttributePatterns.NONE));
        handler.onSlot(ahead);

        assertThat(ahead.occurrences()).isEqualTo(1);
        assertThat(occurrences(a, BASE_NS)).isEqualTo(2);
        assertThat(occurrences(b, BASE_NS)).isEqualTo(1);
        start(FoldingRules.current(AttributePatterns.of(List.of("reason"))));
        assertThat(occurrences(a, BASE_NS)).isEqualTo(1);
        assertThat(occurrences(b, BASE_NS)).isEqualTo(2);
    }

    @Test
    void shouldTreatAsNewAndCountAndFlagWhatIsOverTheLimitOfKeys() {
        start(handler, INTERVAL_NS, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(handle(WireEvents.event().message("m" + i), BASE_NS).overfull()).isFalse();
        }
        for (int i = 0; i < 2; i++) {
            final EventSlot over = handle(WireEvents.event().message("over"), BASE_NS + 1);
            assertThat(over.overfull()).isTrue();
            assertThat(over.occurrences()).isEqualTo(1);
        }
        handler.onTurnEnd();
        assertThat(counted(ProxyCounter.DEDUP_OVERFULL)).isEqualTo(2);
        final EventSlot known = handle(WireEvents.event().message("m1"), BASE_NS + 2);
        assertThat(known.occurrences()).isEqualTo(2);
        assertThat(known.overfull()).isFalse();
        assertThat(handle(WireEvents.event().message("over"), BASE_NS + INTERVAL_NS).overfull()).isFalse();
        assertThat(occurrences(WireEvents.event().message("over"), BASE_NS + INTERVAL_NS + 1)).isEqualTo(2);
    }

    @Test
    void shouldForgetWhereTheIntervalOrTheLimitChanges() {
        handle(WireEvents.event(), BASE_NS);
        start(handler, INTERVAL_NS, 100);
        assertThat(occurrences(WireEvents.event(), BASE_NS + 1)).isEqualTo(2);
        handler.prepare();
        start(handler, INTERVAL_NS + 1, 100);
        assertThat(occurrences(WireEvents.event(), BASE_NS + 2)).isEqualTo(1);
        start(handler, INTERVAL_NS + 1, 101);
        assertThat(occurrences(WireEvents.event(), BASE_NS + 3)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGoOnAfterARestoreAsIfNothingHadHappened(final long seed) {
        final Random random = new Random(seed);
        final Map<UUID, DedupEntry> entries = new HashMap<>();
        final Map<UUID, UnsafeBuffer> wires = new HashMap<>();
        final List<UUID> order = new ArrayList<>();
        long timeNs = BASE_NS;
        for (int i = 0; i < 200; i++) {
            timeNs += random.nextInt(60);
            final EventSlot slot = handle(
                WireEvents.event().message("m" + random.nextInt(8)).recorded(new UUID(1, 1), i, timeNs), timeNs);
            final UUID id = new UUID(slot.eventIdHigh(), slot.eventIdLow());
            if (entries.put(id, entryOf(slot)) == null) {
                order.add(id);
                wires.put(id, slot.wireEvent());
            }
        }
        try (DedupHandler restored = handler(seed, 1 << (int)seed)) {
            start(restored, INTERVAL_NS, 100);
            for (final UUID id : order) {
                if (entries.get(id).firstSeenNs() > timeNs - INTERVAL_NS) {
                    restored.restore(wires.get(id), entries.get(id));
                }
            }
            for (int i = 0; i < 200; i++) {
                timeNs += random.nextInt(60);
                final WireEvents event = WireEvents.event().message("m" + random.nextInt(9))
                    .recorded(new UUID(1, 1), 200 + i, timeNs);
                final EventSlot live = handle(event, timeNs);
                final EventSlot again = event.slot(timeNs, live.position());
                restored.onSlot(again);
                assertThat(saidOf(again)).isEqualTo(saidOf(live));
            }
        }
    }

    private static DedupEntry entryOf(final EventSlot slot) {
        return new DedupEntry().identify(slot.eventIdHigh(), slot.eventIdLow())
            .firstSeen(slot.firstSeenNs(), slot.firstRecordTimeNs(), slot.firstPosition())
            .occurrences(slot.occurrences());
    }

    private static List<Long> saidOf(final EventSlot slot) {
        return List.of(slot.eventIdHigh(), slot.eventIdLow(), slot.firstSeenNs(), slot.firstRecordTimeNs(),
            slot.firstPosition(), slot.occurrences());
    }
}
