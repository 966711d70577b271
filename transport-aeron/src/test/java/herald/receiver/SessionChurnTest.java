package herald.receiver;

import io.aeron.Aeron;
import io.aeron.status.HeartbeatTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Recorders that come and go: of what the receiver held for them nothing is left, neither in it nor in the driver.
 */
@Timeout(180)
class SessionChurnTest {
    private static final int SESSIONS = 2_000;
    private static final int AT_ONCE = 100;
    private static final int EVENTS = 3;
    private static final Duration FORGET_INTERVAL = Duration.ofSeconds(61);

    @TempDir
    private Path dir;
    private ReceiverFixture fixture;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new ReceiverFixture(dir);
    }

    @AfterEach
    void tearDown() throws IOException {
        fixture.close();
    }

    /** Publications and images have counters as long as the driver holds them; so has a client, from its first call. */
    private static int driverCounters(final Aeron client) {
        final int[] counters = {0};
        client.countersReader().forEach((counterId, typeId, keyBuffer, label) ->
            counters[0] += typeId == HeartbeatTimestamp.HEARTBEAT_TYPE_ID ? 0 : 1);
        return counters[0];
    }

    private void comeAndGo(final Aeron client, final int first) {
        final List<RawRecorder> recorders = new ArrayList<>();
        for (int i = first; i < first + AT_ONCE; i++) {
            final RawRecorder recorder = fixture.newRecorder(client, new UUID(i, i));
            recorder.hello(1, 1);
            recorder.events(1, EVENTS);
            recorders.add(recorder);
        }
        fixture.awaitCount(ReceiverCounter.ACCEPTED, (long)(first + AT_ONCE) * EVENTS);
        for (final RawRecorder recorder : recorders) {
            fixture.ingress.state(recorder.id).enterTable();
            fixture.journal(recorder.id, EVENTS);
        }
        recorders.forEach(this::awaitDurable);
        recorders.forEach(RawRecorder::leave);
        fixture.stepUntil(() -> fixture.receiver.sessions() == 0);
    }

    /** By an acknowledgement, or by a Welcome that comes late. */
    private void awaitDurable(final RawRecorder recorder) {
        fixture.stepUntil(() -> recorder.poll().stream()
            .anyMatch(reply -> reply.endsWith("ack " + EVENTS) || reply.endsWith("durable " + EVENTS)));
    }

    @Test
    @Tag("slow")
    void shouldHoldNothingOfRecordersThatAreGone() {
        final Aeron client = fixture.newClient();
        final int before = driverCounters(client);
        for (int first = 0; first < SESSIONS; first += AT_ONCE) {
            comeAndGo(client, first);
        }
        fixture.stepUntil(() -> driverCounters(client) == before);

        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isEqualTo(SESSIONS);
        assertThat(fixture.count(ReceiverCounter.ACCEPTED)).isEqualTo((long)SESSIONS * EVENTS);
        assertThat(fixture.count(ReceiverCounter.RESENT)).isZero();
        assertThat(fixture.registry.size()).as("known by the journal").isEqualTo(SESSIONS);

        for (int i = 0; i < SESSIONS; i++) {
            fixture.ingress.state(new UUID(i, i)).leaveTable();
        }
        fixture.advanceNs(FORGET_INTERVAL.toNanos());
        fixture.step();
        assertThat(fixture.registry.size()).as("forgotten by the journal").isZero();
    }

    @Test
    void shouldForgetWhomTheJournalForgotAndNobodyElse() {
        final UUID id = new UUID(1, 1);
        final RawRecorder recorder = fixture.newRecorder(id).open(1, 1);
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
        final RecorderState state = fixture.ingress.state(id);
        awaitForgetting();
        assertThat(fixture.registry.size()).as("it has a session").isOne();

        recorder.close();
        fixture.stepUntil(() -> fixture.receiver.sessions() == 0);
        awaitForgetting();
        assertThat(fixture.registry.size()).as("its events are on their way").isOne();

        state.enterTable();
        fixture.journal(id, 2);
        awaitForgetting();
        assertThat(fixture.registry.size()).as("the journal knows it").isOne();

        state.leaveTable();
        awaitForgetting();
        assertThat(fixture.registry.size()).isZero();

        final RawRecorder back = fixture.newRecorder(id).open(2, 3);
        back.event(3, "back");
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);
        assertThat(fixture.ingress.of(id)).containsExactly("1 e1", "2 e2", "3 back");
    }

    private void awaitForgetting() {
        fixture.advanceNs(FORGET_INTERVAL.toNanos());
        fixture.step(2);
    }
}
