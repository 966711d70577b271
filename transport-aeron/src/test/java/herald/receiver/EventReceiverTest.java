package herald.receiver;

import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a receiver makes of recorders that keep to the protocol and of those that do not, through a real media driver.
 */
@Timeout(30)
class EventReceiverTest {
    private static final UUID GOOD = new UUID(1, 1);
    private static final UUID BAD = new UUID(2, 2);

    @TempDir
    private Path dir;
    private ReceiverFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new ReceiverFixture(dir);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private RawRecorder welcomed(final UUID id) {
        final RawRecorder recorder = fixture.recorder(id);
        recorder.hello(1, 1);
        fixture.await(() -> recorder.replies.contains("welcome 1 accepted 0 durable 0"));
        return recorder;
    }

    @Test
    void shouldAcknowledgeWhatIsDurableAndNothingElse() {
        final RawRecorder recorder = welcomed(GOOD);
        recorder.event(1);
        recorder.event(2);
        fixture.await(() -> fixture.taken.size() == 2);
        assertThat(recorder.replies).hasSize(1);

        fixture.journalAll();

        fixture.await(() -> recorder.replies.contains("ack 2"));
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 1", "event 2");
    }

    @Test
    void shouldRepeatTheLastAcknowledgementOnce() {
        final RawRecorder recorder = welcomed(GOOD);
        recorder.event(1);
        fixture.await(() -> fixture.taken.size() == 1);
        fixture.journalAll();
        fixture.await(() -> recorder.replies.contains("ack 1"));

        fixture.nowNs += 2_000_000_000L;

        fixture.await(() -> Collections.frequency(recorder.replies, "ack 1") == 2);
    }

    @Test
    void shouldDropAndCountWhatIsResent() {
        final RawRecorder recorder = welcomed(GOOD);
        for (final long sequence : new long[] {1, 2, 1, 2, 3}) {
            recorder.event(sequence);
        }
        fixture.await(() -> fixture.taken.size() == 3);
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 1", "event 2", "event 3");
        assertThat(fixture.count(ReceiverCounter.RESENT)).isEqualTo(2);
    }

    @Test
    void shouldAskForMissingEventsOnceAndDropUntilTheNextHello() {
        final RawRecorder recorder = welcomed(GOOD);
        for (final long sequence : new long[] {1, 3, 4, 2}) {
            recorder.event(sequence);
        }
        fixture.await(() -> fixture.count(ReceiverCounter.AFTER_GAP) == 3 && recorder.replies.size() == 2);
        assertThat(recorder.replies).endsWith("reject GAP");

        recorder.hello(2, 1);
        fixture.await(() -> recorder.replies.contains("welcome 2 accepted 1 durable 0"));
        recorder.event(2);
        recorder.event(3);

        fixture.await(() -> fixture.taken.size() == 3);
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 1", "event 2", "event 3");
        assertThat(recorder.replies).hasSize(3);
    }

    @Test
    void shouldDropEventsOutsideASession() {
        final RawRecorder stranger = fixture.recorder(BAD);
        stranger.event(1);
        fixture.await(() -> fixture.count(ReceiverCounter.OUTSIDE_SESSION) == 1);
        assertThat(fixture.taken).isEmpty();
    }

    @Test
    void shouldRefuseASecondSessionWithAnOlderAttempt() {
        final RawRecorder first = fixture.recorder(GOOD);
        first.hello(5, 1);
        fixture.await(() -> first.replies.contains("welcome 5 accepted 0 durable 0"));
        final RawRecorder second = fixture.recorder(GOOD);
        second.hello(4, 1);
        second.event(1);
        fixture.await(() -> second.replies.contains("reject SESSION_ACTIVE"));
        first.event(1);
        fixture.await(() -> fixture.taken.size() == 1);
        assertThat(fixture.count(ReceiverCounter.SESSIONS_REFUSED)).isEqualTo(1);
        assertThat(fixture.count(ReceiverCounter.AFTER_GAP)).isEqualTo(1);
    }

    @Test
    void shouldFollowTheNewerSessionOfARecorder() {
        final RawRecorder first = welcomed(GOOD);
        final RawRecorder second = fixture.recorder(GOOD);
        second.hello(2, 1);
        fixture.await(() -> second.replies.contains("welcome 2 accepted 0 durable 0"));
        first.event(1);
        fixture.await(() -> fixture.count(ReceiverCounter.OUTSIDE_SESSION) == 1);
        second.event(1);
        fixture.await(() -> fixture.taken.size() == 1);
    }

    @Test
    void shouldRefuseAnotherProtocolVersion() {
        final RawRecorder recorder = fixture.recorder(BAD);
        recorder.hello(1, 1, 99);
        fixture.await(() -> recorder.replies.contains("reject PROTOCOL_VERSION"));
    }

    @Test
    void shouldStartAnUnknownRecorderAtItsFirstSequenceAndPassOverWhatItLost() {
        final RawRecorder recorder = fixture.recorder(GOOD);
        recorder.hello(1, 40);
        fixture.await(() -> recorder.replies.contains("welcome 1 accepted 39 durable 39"));
        recorder.event(40);
        recorder.hello(2, 45);
        recorder.event(45);
        fixture.await(() -> fixture.taken.size() == 3);
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 40", "lost 41..44", "event 45");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isEqualTo(4);
    }

    @Test
    void shouldPassOverEventsThatItCannotTake() throws IOException {
        final RawRecorder recorder = welcomed(GOOD);
        recorder.offer(recorder.encode(GOOD, 1, new byte[ReceiverFixture.MAX_EVENT_LENGTH]));
        recorder.offer(recorder.encode(GOOD, 2, new byte[] {'a', (byte)0xC0, (byte)0x80}));
        final int whole = recorder.encode(GOOD, 3, new byte[100]);
        recorder.offer(whole - 1);
        recorder.event(4);
        fixture.await(() -> fixture.taken.size() == 4);
        assertThat(fixture.takenOf(GOOD)).containsExactly("refused 1", "refused 2", "refused 3", "event 4");
        assertThat(fixture.count(ReceiverCounter.REFUSED)).isEqualTo(3);
        assertThat(fixture.quarantined().lines()).hasSize(3);
        assertThat(fixture.quarantined()).contains("over the limit").contains("not UTF-8").contains("longer than");
    }

    @Test
    void shouldQuarantineWhatIsNoMessageAndServeOthersMeanwhile() throws IOException {
        final RawRecorder good = welcomed(GOOD);
        final RawRecorder bad = welcomed(BAD);
        final Random random = new Random(11);
        for (int length = 1; length < 40; length++) {
            final byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            bad.buffer.putBytes(0, bytes);
            bad.offer(length);
        }
        final int length = bad.encode(BAD, 1, new byte[0]);
        bad.buffer.putShort(MessageHeaderEncoder.schemaIdEncodingOffset(), (short)99, LITTLE_ENDIAN);
        bad.offer(length);
        bad.encode(BAD, 1, new byte[0]);
        bad.buffer.putShort(MessageHeaderEncoder.templateIdEncodingOffset(), (short)99, LITTLE_ENDIAN);
        bad.offer(length);
        bad.encode(GOOD, 1, new byte[0]);
        bad.offer(length);
        bad.hello(2, 0);
        bad.hello(2, Long.MIN_VALUE);
        good.event(1);
        fixture.await(() -> fixture.count(ReceiverCounter.UNINTELLIGIBLE) == 39 + 5 && fixture.taken.size() == 1);
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 1");
        assertThat(fixture.quarantined().lines()).hasSize(44);

        bad.event(1);
        fixture.await(() -> fixture.takenOf(BAD).contains("event 1"));
    }

    @Test
    void shouldReadEventsOfANewerVersion() {
        final RawRecorder recorder = welcomed(GOOD);
        final int length = recorder.encode(GOOD, 1, new byte[] {'m'});
        final int blockEnd = MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.BLOCK_LENGTH;
        final UnsafeBuffer newer = new UnsafeBuffer(new byte[length + 8]);
        newer.putBytes(0, recorder.buffer, 0, blockEnd);
        newer.putBytes(blockEnd + 8, recorder.buffer, blockEnd, length - blockEnd);
        newer.putShort(MessageHeaderEncoder.blockLengthEncodingOffset(), (short)(EventEncoder.BLOCK_LENGTH + 8),
            LITTLE_ENDIAN);
        newer.putShort(MessageHeaderEncoder.versionEncodingOffset(), (short)1, LITTLE_ENDIAN);
        recorder.buffer.putBytes(0, newer, 0, length + 8);
        recorder.offer(length + 8);
        fixture.await(() -> fixture.takenOf(GOOD).equals(List.of("event 1")));
    }

    @Test
    void shouldHoldRecordersBackWhileTheRingIsFull() {
        final RawRecorder recorder = welcomed(GOOD);
        fixture.full = true;
        recorder.event(1);
        recorder.offer(recorder.encode(GOOD, 2, new byte[3000]));
        fixture.await(() -> fixture.count(ReceiverCounter.BACK_PRESSURE) > 3);
        fixture.full = false;
        fixture.await(() -> fixture.taken.size() == 2);
        fixture.full = true;
        recorder.hello(2, 5);
        fixture.await(() -> fixture.count(ReceiverCounter.BACK_PRESSURE) > 10);
        fixture.full = false;
        recorder.event(5);
        fixture.await(() -> fixture.taken.size() == 4);
        assertThat(fixture.takenOf(GOOD)).containsExactly("event 1", "event 2", "lost 3..4", "event 5");
    }

    @Test
    void shouldLetGoOfRecordersThatGoAway() {
        for (int attempt = 1; attempt <= 2; attempt++) {
            final RawRecorder recorder = fixture.recorder(GOOD);
            recorder.hello(attempt, attempt);
            recorder.offer(recorder.encode(GOOD, attempt, new byte[3500]));
            final int events = attempt;
            fixture.await(() -> fixture.taken.size() == events && recorder.replies.size() == 1);
            fixture.closeRecorder(recorder);
            fixture.await(() -> fixture.registry.meet(GOOD, 1).session() == null);
            fixture.step();
        }
        assertThat(fixture.errors).isEmpty();
    }

    @Test
    void shouldOweNothingOnceEveryoneIsAnswered() {
        final RawRecorder recorder = welcomed(GOOD);
        recorder.event(1);
        fixture.await(() -> fixture.taken.size() == 1);
        fixture.receiver().stopAccepting();
        recorder.event(2);
        fixture.journalAll();
        fixture.await(() -> recorder.replies.contains("ack 1"));
        fixture.await(fixture.receiver()::owesNothing);
        assertThat(fixture.taken).hasSize(1);
    }
}
