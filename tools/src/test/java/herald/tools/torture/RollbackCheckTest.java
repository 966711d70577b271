package herald.tools.torture;

import herald.engine.CountersFile;
import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of a data directory that was put back: evidence of one that said it right is spoilt in one place each
 * time. Of events 1 to 6 the journal that was put back has 1 and 2; 5 and 6 were not acknowledged and came again.
 */
@Timeout(60)
class RollbackCheckTest {
    private static final UUID RECORDER = new UUID(1, 2);
    private static final GoneEvents.Range GONE = new GoneEvents.Range(RECORDER, 3, 4, 500);

    private final List<JournaledEvent> events = new ArrayList<>();
    private final List<JournaledEvent> before = new ArrayList<>();
    private final GoneEvents gone = new GoneEvents();
    private final Map<CounterId, Long> counters = new HashMap<>();
    private final List<String> verification = new ArrayList<>();
    private final List<String> logs = new ArrayList<>();
    private Set<UUID> spools = Set.of(RECORDER);
    private boolean putBack = true;
    private boolean killed;

    @BeforeEach
    void setUp() {
        for (int sequence = 1; sequence <= 6; sequence++) {
            before.add(event(sequence));
        }
        events.addAll(List.of(event(1), event(2), event(5), event(6), event(7)));
        CountersFile.all().forEach(counter -> counters.put(counter, 0L));
        tell(GONE);
    }

    private static JournaledEvent event(final int sequence) {
        return new JournaledEvent(RECORDER, sequence, "recorder0", sequence, List.of());
    }

    private void tell(final GoneEvents.Range range) {
        gone.add(range);
        counters.put(ReceiverCounter.ACKNOWLEDGED_AND_GONE, gone.count());
        counters.put(ReceiverCounter.VOIDED, gone.count());
        verification.add("journal 500..600: " + range + " were acknowledged before and are gone: ...");
        logs.add("WARN EventProxy - " + range + " were acknowledged to it and are not there any more");
    }

    private Evidence evidence() {
        return new Evidence(null,
            new Evidence.JournalContent(events, List.of(), List.of(), gone, new Evidence.Kept(0, 1000, 0)),
            null, List.of(), counters, verification,
            putBack ? new Evidence.Abandoned(before, List.of(), 0, List.of(), spools) : null, null, logs);
    }

    private String verdict() {
        return RollbackCheck.firstDifference(evidence(), killed);
    }

    @Test
    void shouldFindNothingWhereAllThatIsGoneIsTold() {
        assertThat(verdict()).isNull();
        assertThat(RollbackCheck.unaccounted(evidence())).isNull();
    }

    @Test
    void shouldFindEventThatIsGoneAndNotTold() {
        events.remove(2);

        assertThat(verdict()).contains("event 5 of recorder " + RECORDER, "neither there nor told");
    }

    @Test
    void shouldTakeEventThatNobodyIsLeftToTellOf() {
        events.remove(2);
        spools = Set.of();

        assertThat(verdict()).isNull();
    }

    @Test
    void shouldFindEventThatIsToldAndNotGone() {
        events.add(2, event(4));

        assertThat(verdict()).contains(GONE + " are called gone", ": 4 is not");
    }

    @Test
    void shouldFindEventThatIsToldAndNeverWas() {
        tell(new GoneEvents.Range(RECORDER, 9, 9, 700));

        assertThat(verdict()).contains("events 9 to 9", ": 9 is not");
    }

    @Test
    void shouldFindWhatIsToldWhereNothingWasPutBack() {
        putBack = false;

        assertThat(verdict()).contains(GONE.toString(), "was never put back");
    }

    @Test
    void shouldFindRangeThatNoLogHas() {
        logs.clear();

        assertThat(verdict()).contains(GONE.toString(), "no log");
    }

    @Test
    void shouldFindCounterThatIsWrong() {
        counters.put(ReceiverCounter.ACKNOWLEDGED_AND_GONE, 1L);
        assertThat(verdict()).contains("1 events are gone", "the journal says 2");

        counters.put(ReceiverCounter.ACKNOWLEDGED_AND_GONE, 3L);
        counters.put(ReceiverCounter.VOIDED, 3L);
        assertThat(verdict()).contains("3 events are gone");

        killed = true;
        assertThat(verdict()).isNull();
    }

    @Test
    void shouldFindSequencesPassedOverThatNobodyAccountsFor() {
        counters.put(ReceiverCounter.VOIDED, 5L);

        assertThat(verdict()).contains("5 were passed over");
    }

    @Test
    void shouldFindWhatVerifyFindsBesideIt() {
        verification.add("dispatch 1..2: not a batch");

        assertThat(RollbackCheck.unaccounted(evidence())).contains("not a batch");
    }

    @Test
    void shouldFindWhatVerifyDoesNotFind() {
        verification.clear();

        assertThat(RollbackCheck.unaccounted(evidence())).contains("does not find", GONE.toString());
    }
}
