package herald.tools.torture;

import herald.engine.CountersFile;
import herald.event.EventDefaults;
import herald.event.EventId;
import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import herald.verify.ModelBatch;
import herald.verify.ModelEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The oracle finds every kind of difference: evidence of a round without any is spoilt in one place each time.
 */
@Timeout(120)
class OracleTest {
    private static final String NAME = "recorder0";
    private static final UUID RECORDER = new UUID(1, 2);
    private static final int EVENTS = 6;
    /** Numbers 1 and 4 are one event, 2, 3, 5 and 6 one each; 6 is a maybe. */
    private static final int REPEAT = 4;

    @TempDir
    private Path dir;
    private RoundPlan plan = planOf(FaultKind.RECORDER_KILL);
    private Progress.Note note = new Progress.Note(EVENTS, EVENTS, Set.of((long)EVENTS));
    private EventScript script;
    private final List<JournaledEvent> journal = new ArrayList<>();
    private final List<ModelEvent> modelled = new ArrayList<>();
    private final List<String> journalLosses = new ArrayList<>();
    private final List<String> dispatchLosses = new ArrayList<>();
    private final List<ModelBatch> expected = new ArrayList<>();
    private final List<ModelBatch> actual = new ArrayList<>();
    private final List<Delivery> log = new ArrayList<>();
    private final List<List<Delivery>> connections = new ArrayList<>();
    private final Map<CounterId, Long> counters = new HashMap<>();
    private final List<String> verification = new ArrayList<>();
    private final GoneEvents gone = new GoneEvents();
    private final List<String> logs = new ArrayList<>();
    private Evidence.Abandoned abandoned;
    private Map<UUID, Long> stored;
    private Evidence.Kept journalKept = new Evidence.Kept(0, 1000, 0);
    private Evidence.Kept dispatchKept = new Evidence.Kept(0, 1000, 0);

    @BeforeEach
    void setUp() throws IOException {
        final Properties settings = new Properties();
        settings.putAll(RoundPlan.draw(1).settings());
        ChildSettings.write(dir, settings);
        script = new EventScript(ChildSettings.read(dir), NAME);
        for (int number = 1; number <= EVENTS; number++) {
            journal.add(journaled(number, number));
            modelled.add(modelled(number, number == REPEAT ? 1 : number));
        }
        dispatch(100, 1, 2, 3);
        dispatch(200, REPEAT, 5, 6);
        expected.addAll(actual);
        connections.add(new ArrayList<>(log));
        CountersFile.all().forEach(counter -> counters.put(counter, 0L));
        counters.put(ProxyCounter.JOURNALED, (long)EVENTS);
    }

    private static RoundPlan planOf(final FaultKind... kinds) {
        final List<Fault> faults = new ArrayList<>();
        for (final FaultKind kind : kinds) {
            faults.add(new Fault(kind, 0, 0, 0));
        }
        return new RoundPlan(1, 1, RoundPlan.draw(1).settings(), faults);
    }

    private JournaledEvent journaled(final long sequence, final long number) {
        return new JournaledEvent(RECORDER, sequence, NAME, number, script.line(number).identity());
    }

    private static ModelEvent modelled(final long sequence, final int text) {
        final ModelEvent.Identity identity = new ModelEvent.Identity(
            1, List.of(NAME), List.of("type"), List.of("object"), "message " + text, List.of());
        return new ModelEvent(
            sequence * 64, sequence, sequence, RECORDER, sequence, ByteBuffer.allocate(100), identity);
    }

    private void dispatch(final long position, final int... numbers) {
        final List<ModelBatch.Entry> entries = new ArrayList<>();
        for (final int number : numbers) {
            final ModelBatch.Entry entry = entry(number == REPEAT ? 1 : number, number, number == REPEAT ? 2 : 1);
            log.add(new Delivery(position, entries.size(), entry.id(), entry.count(), number));
            entries.add(entry);
        }
        actual.add(new ModelBatch(position, position + 1, position, 0, EventDefaults.ofNode("node-1"), entries));
    }

    private static ModelBatch.Entry entry(final int first, final int shown, final long count) {
        return new ModelBatch.Entry(
            new UUID(EventId.high(1, 2, first), EventId.low(1, 2, first)),
            new ModelBatch.Times(first, shown, first, shown), first * 64L, count, false,
            shown(shown));
    }

    private static ModelBatch.Shown shown(final long sequence) {
        return new ModelBatch.Shown(RECORDER, sequence, "message", ByteBuffer.allocate(100));
    }

    private String verdict() {
        final Evidence.Recorded recorded = new Evidence.Recorded(Map.of(NAME, note), Map.of(NAME, script));
        return Oracle.firstDifference(new Evidence(
            recorded,
            new Evidence.JournalContent(journal, modelled, journalLosses, gone, journalKept),
            new Evidence.DispatchContent(expected, actual, log, dispatchLosses, dispatchKept),
            List.of(connections.stream().map(Collector.Connection::new).toList()),
            counters, verification, abandoned, stored, logs), plan);
    }

    @Test
    void shouldFindNothingWhereNothingIsWrong() {
        assertThat(verdict()).isNull();
    }

    @Test
    void shouldLetMaybeBeMissing() {
        journal.remove(EVENTS - 1);
        modelled.remove(EVENTS - 1);
        actual.clear();
        log.clear();
        dispatch(100, 1, 2, 3);
        dispatch(200, REPEAT, 5);
        expected.clear();
        expected.addAll(actual);
        connections.set(0, new ArrayList<>(log));
        counters.put(ProxyCounter.JOURNALED, EVENTS - 1L);

        assertThat(verdict()).isNull();
    }

    @Test
    void shouldFindAcceptedEventThatIsNotJournaled() {
        journal.remove(EVENTS - 1);
        note = new Progress.Note(EVENTS, EVENTS, Set.of());

        assertThat(verdict()).contains("number 6 was accepted and is not in the journal");
    }

    @Test
    void shouldFindSequenceThatIsSkipped() {
        journal.remove(2);

        assertThat(verdict()).contains("number 4 (sequence 4").contains("where sequence 3 has to be");
    }

    @Test
    void shouldFindEventThatIsJournaledTwice() {
        journal.add(journaled(EVENTS + 1, EVENTS));

        assertThat(verdict()).contains("number 6").contains("twice");
    }

    @Test
    void shouldFindEventThatWasNeverRecorded() {
        journal.add(journaled(EVENTS + 1, EVENTS + 1));

        assertThat(verdict()).contains("number 7").contains("never recorded");
    }

    @Test
    void shouldFindEventOfNoRecorder() {
        journal.add(new JournaledEvent(RECORDER, EVENTS + 1, "stranger", 1, List.of()));

        assertThat(verdict()).contains("stranger").contains("never recorded");
    }

    @Test
    void shouldFindEventsInWrongOrder() {
        journal.set(1, journaled(2, 3));
        journal.set(2, journaled(3, 2));

        assertThat(verdict()).contains("number 2").contains("after number 3");
    }

    @Test
    void shouldFindEventThatIsNotWhatWasRecorded() {
        journal.set(1, new JournaledEvent(RECORDER, 2, NAME, 2, List.of("other")));

        assertThat(verdict()).contains("number 2").contains("journaled as [other]");
    }

    @Test
    void shouldFindVoidAndDamage() {
        journalLosses.add("void of recorder");
        assertThat(verdict()).contains("void of recorder");

        journalLosses.clear();
        dispatchLosses.add("damage from 1 to 2");
        assertThat(verdict()).contains("damage from 1 to 2");
    }

    @Test
    void shouldFindBatchThatIsMissing() {
        actual.remove(1);

        assertThat(verdict()).contains("2 batches follow from the journal, the dispatch log holds 1");
    }

    @Test
    void shouldFindBatchThatIsNotWhatFollowsFromJournal() {
        final ModelBatch batch = actual.get(1);
        actual.set(1, new ModelBatch(batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), 0,
            EventDefaults.ofNode("node-1"),
            List.of(entry(1, REPEAT, 3), batch.entries().get(1), batch.entries().get(2))));

        assertThat(verdict()).contains("batch 1", "entry 0", "count=3");
    }

    @Test
    void shouldFindIdThatIsNotOfFirstOccurrence() {
        respoil(new ModelBatch.Entry(new UUID(7, 7), new ModelBatch.Times(1, 1, 1, 1), 64, 1, false, shown(1)));

        assertThat(verdict()).contains("has not the id of its first occurrence");
    }

    @Test
    void shouldFindIdThatNamesTwoEvents() {
        respoil(entry(1, 2, 1));

        assertThat(verdict()).contains("names", "message 1", "message 2");
    }

    @Test
    void shouldFindDispatchedEventThatIsNotInJournal() {
        respoil(entry(17, 17, 1));

        assertThat(verdict()).contains("is not in the journal");
    }

    /** An entry that journal and dispatch log agree upon. */
    private void respoil(final ModelBatch.Entry entry) {
        final ModelBatch batch = actual.get(0);
        actual.set(0, new ModelBatch(batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), 0,
            EventDefaults.ofNode("node-1"),
            List.of(entry, batch.entries().get(1), batch.entries().get(2))));
        expected.set(0, actual.get(0));
    }

    @Test
    void shouldFindDeliveryThatIsMissing() {
        connections.get(0).remove(EVENTS - 1);

        assertThat(verdict()).contains("collector 0").contains("index=2").contains("was never delivered");
    }

    @Test
    void shouldFindDeliveryThatWasSkippedForAWhile() {
        connections.get(0).clear();
        connections.get(0).addAll(List.of(log.get(0), log.get(2)));
        connections.add(List.of(log.get(1), log.get(2), log.get(3), log.get(4), log.get(5)));

        assertThat(verdict()).contains("index=2").contains("is next");
    }

    @Test
    void shouldTakeRedeliveryOfBatchUnderWayOnNewConnectionOnly() {
        connections.set(0, List.of(log.get(0), log.get(1)));
        connections.add(List.of());
        connections.add(List.copyOf(log));
        assertThat(verdict()).isNull();

        connections.clear();
        connections.add(List.of(log.get(0), log.get(1), log.get(1), log.get(2), log.get(3), log.get(4), log.get(5)));
        assertThat(verdict()).contains("was delivered after");
    }

    @Test
    void shouldFindRedeliveryOfWhatBookmarkIsPast() {
        connections.set(0, List.of(log.get(0), log.get(1), log.get(2), log.get(3)));
        connections.add(List.copyOf(log));

        assertThat(verdict()).contains("was delivered again").contains("later batch");
    }

    @Test
    void shouldFindDeliveryThatIsNotInDispatchLog() {
        final Delivery delivery = log.get(1);
        connections.get(0).set(1, new Delivery(
            delivery.position(), delivery.index(), delivery.id(), delivery.count(), delivery.digest() + 1));

        assertThat(verdict()).contains("is not in the dispatch log");
    }

    @Test
    void shouldFindCountThatShrinks() {
        final Delivery repeat = log.get(3);
        final Delivery shrunk = new Delivery(repeat.position(), repeat.index(), repeat.id(), 1, repeat.digest());
        log.set(3, shrunk);
        connections.get(0).set(3, shrunk);

        assertThat(verdict()).contains("count that is not above 1");
    }

    @Test
    void shouldFindCountsThatDoNotAddUp() {
        final Delivery repeat = log.get(3);
        final Delivery grown = new Delivery(repeat.position(), repeat.index(), repeat.id(), 3, repeat.digest());
        log.set(3, grown);
        connections.get(0).set(3, grown);

        assertThat(verdict()).contains("add up to 7, the journal has 6 events");
    }

    @ParameterizedTest
    @EnumSource(value = ReceiverCounter.class, names = {"REFUSED", "VOIDED", "UNINTELLIGIBLE", "NOT_QUARANTINED"})
    void shouldFindLossThatReceiverCounts(final ReceiverCounter counter) {
        counters.put(counter, 1L);

        assertThat(verdict()).contains(counter.label(), "no fault accounts for it");
    }

    @ParameterizedTest
    @EnumSource(value = ProxyCounter.class, names = {"DEAD_LETTERS", "WRITER_LOST_BYTES", "FILTERED", "DAMAGED_BYTES",
        "DISK_FULL", "STAGE_FAILURES", "SEGMENTS_RELEASED", "BOOKMARKS_DAMAGED", "CUT_BYTES"})
    void shouldFindLossThatProxyCounts(final ProxyCounter counter) {
        counters.put(counter, 1L);

        assertThat(verdict()).contains(counter.label());
    }

    @Test
    void shouldFindMessageOfOtherHostThatIsRefused() {
        counters.put(ReceiverCounter.REMOTE_FORGED, 1L);

        assertThat(verdict()).contains(ReceiverCounter.REMOTE_FORGED.label(), "no fault accounts for it");
    }

    @Test
    void shouldTakeReleaseThatIsCountedAndKeepsEnough() {
        retainsLogs();
        assertThat(verdict()).isNull();

        counters.put(ProxyCounter.SEGMENTS_RELEASED, 2L);
        assertThat(verdict()).contains("segments released by retention", "is 2, and 3 segments are gone");

        plan.faults().add(new Fault(FaultKind.PROXY_KILL, 0, 0, 0));
        assertThat(verdict()).isNull();

        counters.put(ProxyCounter.SEGMENTS_RELEASED, 4L);
        assertThat(verdict()).contains("is 4, and 3 segments are gone");
    }

    private void retainsLogs() {
        plan.settings().setProperty("journalRetention", "65536");
        plan.settings().setProperty("dispatchRetention", "65536");
        journalKept = new Evidence.Kept(65536, 131072, 1);
        dispatchKept = new Evidence.Kept(150, 150 + 65536, 2);
        counters.put(ProxyCounter.SEGMENTS_RELEASED, 3L);
    }

    @Test
    void shouldFindLogThatKeepsTooLittle() {
        retainsLogs();
        journalKept = new Evidence.Kept(65536, 131071, 1);
        assertThat(verdict()).contains("the journal keeps only");

        retainsLogs();
        dispatchKept = new Evidence.Kept(150, 65536, 2);
        assertThat(verdict()).contains("the dispatch log keeps only");
    }

    @Test
    void shouldFindWhatVerificationFinds() {
        verification.add("damage from 1 to 2");

        assertThat(verdict()).contains("herald verify finds", "damage from 1 to 2");
    }

    @Test
    void shouldTakeDeliveryThatGoesOnBehindReleasedSegmentsWhereItIsCounted() {
        retainsLogs();
        connections.set(0, List.of(log.get(3), log.get(4), log.get(5)));
        assertThat(verdict()).isNull();

        connections.set(0, List.of(log.get(4), log.get(5)));
        assertThat(verdict()).contains("is next");

        dispatchKept = new Evidence.Kept(0, 65536, 0);
        counters.put(ProxyCounter.SEGMENTS_RELEASED, 1L);
        connections.set(0, List.of(log.get(3), log.get(4), log.get(5)));
        assertThat(verdict()).contains("is next");
    }

    @Test
    void shouldFindLossOfCollectorThatIsNotCounted() {
        retainsLogs();
        actual.clear();
        log.clear();
        dispatch(100, 1, 2);
        dispatch(200, 3, REPEAT);
        dispatch(300, 5, 6);
        expected.clear();
        expected.addAll(actual);
        dispatchKept = new Evidence.Kept(250, 250 + 65536, 2);
        connections.set(0, List.of(log.get(REPEAT), log.get(REPEAT + 1)));
        counters.put(ProxyCounter.WRITER_LOST_BYTES, 100L);
        assertThat(verdict()).isNull();

        counters.put(ProxyCounter.WRITER_LOST_BYTES, 99L);

        assertThat(verdict()).contains("bytes of the dispatch log released before a writer read them", "is 99");
    }

    @Test
    void shouldExpectCountOfWhatIsJournaled() {
        counters.put(ProxyCounter.JOURNALED, EVENTS - 1L);
        assertThat(verdict()).contains("events journaled");

        plan = planOf(FaultKind.PROXY_KILL);
        assertThat(verdict()).isNull();

        counters.put(ProxyCounter.JOURNALED, EVENTS + 1L);
        assertThat(verdict()).contains("events journaled");
    }
}
