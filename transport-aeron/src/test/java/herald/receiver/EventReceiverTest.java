package herald.receiver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The protocol between recorders and the receiver, through a real media driver, one step at a time.
 */
@Timeout(120)
class EventReceiverTest {
    private static final UUID ID = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);

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

    @Test
    void shouldWelcomeARecorderAndTakeItsEventsInOrder() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 200);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 200);

        assertThat(recorder.replies).containsExactly("welcome 1 run 77 accepted 0 durable 0");
        assertThat(fixture.ingress.of(ID)).hasSize(200).startsWith("1 e1", "2 e2").endsWith("200 e200");
        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isOne();
    }

    @Test
    void shouldTakeNoTimerOfItsClientForWork() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);
        fixture.step(20);
        final long before = fixture.keptAliveMs();

        final AtomicInteger work = new AtomicInteger();
        await().atMost(ReceiverFixture.LIMIT).pollInSameThread().until(() -> {
            work.addAndGet(fixture.receiver.doWork());
            return fixture.keptAliveMs() > before;
        });

        assertThat(work).hasValue(0);
    }

    @Test
    void shouldSayWhatIsAcceptedAndWhatIsDurable() throws IOException {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 5);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 5);
        fixture.journal(ID, 3);
        recorder.awaitReply("ack 3");

        recorder.open(2, 4);

        assertThat(recorder.replies).endsWith("welcome 2 run 77 accepted 5 durable 3");
    }

    @Test
    void shouldDropAndCountWhatIsResent() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 3);
        recorder.events(1, 4);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 4);

        assertThat(fixture.count(ReceiverCounter.RESENT)).isEqualTo(3);
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2", "3 e3", "4 e4");
    }

    @Test
    void shouldAskOnceForAHelloAfterAGapAndDropUntilThen() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 2);
        recorder.events(4, 8);
        recorder.event(3, "late");
        fixture.awaitCount(ReceiverCounter.AFTER_GAP, 6);
        recorder.awaitReply("reject GAP attempt 1");
        fixture.step(20);

        recorder.open(2, 1);
        recorder.events(3, 4);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 4);

        assertThat(recorder.poll()).filteredOn(reply -> reply.startsWith("reject")).hasSize(1);
        assertThat(recorder.replies).contains("welcome 2 run 77 accepted 2 durable 0");
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2", "3 e3", "4 e4");
    }

    @Test
    void shouldDropAndCountWhatComesBeforeAnyHello() {
        final RawRecorder recorder = fixture.newRecorder(ID);
        recorder.events(1, 3);
        fixture.awaitCount(ReceiverCounter.OUTSIDE_SESSION, 3);
        recorder.open(1, 1);
        recorder.events(1, 3);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);
    }

    @Test
    void shouldStartAnUnknownRecorderAtItsFirstSequence() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(9, 1_000);
        recorder.events(1_000, 1_001);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);

        assertThat(recorder.replies).containsExactly("welcome 9 run 77 accepted 999 durable 999");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isZero();
    }

    @Test
    void shouldPassOverWhatARecorderDoesNotHaveAnyMore() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);

        recorder.open(2, 6);
        recorder.events(6, 6);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);

        assertThat(recorder.replies).endsWith("welcome 2 run 77 accepted 5 durable 0");
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2", "lost 3..5", "6 e6");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isEqualTo(3);
    }

    @Test
    void shouldOfferTheSameAgainWhereTheRingWasFull() {
        final String longMessage = "fragmented ".repeat(400);
        fixture.ingress.room(3);
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 3);
        recorder.event(4, longMessage);
        recorder.events(5, 6);
        fixture.stepUntil(() -> fixture.ingress.refusals() > 5);
        assertThat(fixture.ingress.of(ID)).hasSize(3);
        assertThat(fixture.count(ReceiverCounter.BACK_PRESSURE)).isGreaterThan(5);

        fixture.ingress.room(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 4);
        recorder.hello(2, 9);
        fixture.ingress.room(2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 6);
        fixture.step(20);
        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isOne();
        fixture.ingress.room(1);
        recorder.awaitReply("welcome 2 run 77 accepted 8 durable 0");

        assertThat(fixture.ingress.of(ID)).containsExactly(
            "1 e1", "2 e2", "3 e3", "4 " + longMessage, "5 e5", "6 e6", "lost 7..8");
    }

    @Test
    void shouldRefuseAnOlderAttemptOnAnotherImage() {
        final RawRecorder current = fixture.newRecorder(ID).open(5, 1);
        final RawRecorder late = fixture.newRecorder(ID);
        late.hello(4, 1);
        late.awaitReply("reject SESSION_ACTIVE attempt 4");
        late.event(1, "late");
        fixture.awaitCount(ReceiverCounter.OUTSIDE_SESSION, 1);
        current.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
        fixture.journal(ID, 2);
        current.awaitReply("ack 2");
        fixture.advanceNs(TimeUnit.SECONDS.toNanos(2));
        fixture.step(20);

        assertThat(late.poll()).containsExactly("reject SESSION_ACTIVE attempt 4");
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2");
        assertThat(fixture.count(ReceiverCounter.SESSIONS_REFUSED)).isOne();
    }

    @Test
    void shouldDropTheOldImagesEventsOnceANewerAttemptTookOver() {
        final RawRecorder old = fixture.newRecorder(ID).open(1, 1);
        old.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
        final RawRecorder current = fixture.newRecorder(ID).open(2, 1);
        old.events(3, 4);
        fixture.awaitCount(ReceiverCounter.OUTSIDE_SESSION, 2);
        current.event(3, "new");
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);
        fixture.journal(ID, 3);
        current.awaitReply("ack 3");

        assertThat(old.poll()).hasSize(1);
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2", "3 new");
    }

    @Test
    void shouldRefuseAnotherProtocolVersion() {
        final RawRecorder recorder = fixture.newRecorder(ID);
        recorder.hello(1, 1, 2);
        recorder.awaitReply("reject PROTOCOL_VERSION attempt 1");
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.OUTSIDE_SESSION, 2);
        recorder.open(2, 1);
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);

        assertThat(fixture.count(ReceiverCounter.SESSIONS_REFUSED)).isOne();
    }

    @Test
    void shouldAcknowledgeCumulativelyAndRepeatOnTheTimer() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 10);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 10);
        fixture.journal(ID, 4);
        fixture.journal(ID, 7);
        recorder.awaitReply("ack");
        fixture.step(20);
        assertThat(recorder.poll()).containsExactly("welcome 1 run 77 accepted 0 durable 0", "ack 7");

        fixture.advanceNs(TimeUnit.SECONDS.toNanos(2));
        fixture.stepUntil(() -> recorder.poll().size() == 3);
        fixture.journal(ID, 10);
        recorder.awaitReply("ack 10");

        assertThat(recorder.replies).endsWith("ack 7", "ack 7", "ack 10");
        fixture.stepUntil(fixture.receiver::owesNothing);
        assertThat(fixture.count(ReceiverCounter.ACKS)).isEqualTo(3);
    }

    @Test
    void shouldForgetAnImageThatGoesAwayAndGreetTheNext() {
        for (int life = 1; life <= 5; life++) {
            final RawRecorder recorder = fixture.newRecorder(ID).open(life, life);
            recorder.event(life, "life " + life);
            fixture.awaitCount(ReceiverCounter.ACCEPTED, life);
            recorder.close();
        }
        fixture.stepUntil(() -> fixture.ingress.state(ID).session() == null);

        assertThat(fixture.ingress.of(ID)).hasSize(5);
        assertThat(fixture.drainErrors()).isEmpty();
    }

    @Test
    void shouldForgetAnImageThatGoesAwayBeforeItsAnswer() {
        for (int life = 1; life <= 20; life++) {
            final RawRecorder recorder = fixture.newRecorder(ID);
            recorder.hello(life, 1);
            recorder.close();
            fixture.step();
        }
        fixture.newRecorder(ID).open(21, 1);
        fixture.stepUntil(fixture.receiver::owesNothing);

        assertThat(fixture.drainErrors()).isEmpty();
    }

    @Test
    void shouldNotTakeAnEventUnderAnotherRecordersId() {
        final RawRecorder first = fixture.newRecorder(ID).open(1, 1);
        first.events(1, 1);
        first.send(WireEvents.event(OTHER, 1, "of another"));
        first.events(2, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);

        assertThat(fixture.count(ReceiverCounter.UNINTELLIGIBLE)).isOne();
        assertThat(fixture.quarantined()).hasSize(1);
        assertThat(fixture.ingress.of(OTHER)).isEqualTo(List.of());
    }

    @Test
    void shouldTakeNothingOnceStoppedAndStillAcknowledge() {
        final RawRecorder recorder = fixture.newRecorder(ID).open(1, 1);
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
        fixture.receiver.stopAccepting();
        recorder.events(3, 4);
        fixture.journal(ID, 2);
        recorder.awaitReply("ack 2");
        fixture.stepUntil(fixture.receiver::owesNothing);

        assertThat(fixture.ingress.of(ID)).hasSize(2);
    }
}
