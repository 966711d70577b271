package herald.receiver;

import herald.seal.SharedKey;
import herald.wire.RejectDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the receiver takes from other hosts and what it refuses, over UDP, message by message.
 */
@Timeout(120)
class RemoteIngressTest {
    /** As often as the last fragment of a message has to come until its lengths add up to more than any message has. */
    private static final int OFTEN = 1000;
    private static final UUID ID = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);
    private static final SharedKey KEY = key("the key of proxy and recorders");
    private static final SharedKey WRONG_KEY = key("a key of somebody else's making");

    @TempDir
    private Path dir;
    private ReceiverFixture fixture;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new ReceiverFixture(dir, new ArrayList<>(), new RemoteListener("127.0.0.1:0", KEY));
    }

    @AfterEach
    void tearDown() throws IOException {
        fixture.close();
    }

    private static SharedKey key(final String text) {
        return new SharedKey(text.getBytes(StandardCharsets.UTF_8));
    }

    private RawRemoteRecorder recorder(final SharedKey key) {
        return new RawRemoteRecorder(fixture, ID, key);
    }

    private void assertNothingTaken() {
        assertThat(fixture.ingress.of(ID)).isEmpty();
        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isZero();
        assertThat(fixture.quarantined()).isEmpty();
    }

    @Test
    void shouldTakeWhatAProvenRecorderSealed() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        for (int i = 1; i <= 100; i++) {
            recorder.event(i);
        }
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 100);

        assertThat(fixture.ingress.of(ID)).hasSize(100).startsWith("1 e1", "2 e2").endsWith("100 e100");
        assertThat(fixture.count(ReceiverCounter.REMOTE_SESSIONS)).isOne();
    }

    @Test
    void shouldRefuseWhatIsNotSealed() {
        final RawRemoteRecorder recorder = recorder(KEY);
        recorder.sendRaw(RawRemoteRecorder.hello(ID, 1, 1));
        recorder.sendRaw(WireEvents.event(ID, 1, "plain"));
        fixture.awaitCount(ReceiverCounter.REMOTE_REFUSED, 2);

        assertNothingTaken();
    }

    @Test
    void shouldRefuseAnotherKeyAndSlowItsHolderDown() {
        final RawRemoteRecorder recorder = recorder(WRONG_KEY);
        for (int i = 0; i < 50; i++) {
            recorder.knock();
        }
        fixture.awaitCount(ReceiverCounter.REMOTE_HELD_OFF, 49);
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).as("MACs computed").isOne();

        fixture.advanceNs(TimeUnit.MILLISECONDS.toNanos(100));
        recorder.knock();
        fixture.awaitCount(ReceiverCounter.REMOTE_FORGED, 2);
        fixture.advanceNs(TimeUnit.MILLISECONDS.toNanos(199));
        recorder.knock();
        fixture.awaitCount(ReceiverCounter.REMOTE_HELD_OFF, 50);
        assertNothingTaken();
    }

    @Test
    void shouldRefuseAFlippedBitWhereverItIs() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        final UnsafeBuffer sealed = recorder.seal(WireEvents.event(ID, 1, "e1"));
        long refused = 0;
        for (int bit = 0; bit < sealed.capacity() * 8; bit += 7) {
            flip(sealed, bit);
            recorder.sendRaw(sealed);
            refused++;
            final long expected = refused;
            fixture.stepUntil(() -> refused() == expected);
            flip(sealed, bit);
            fixture.advanceNs(TimeUnit.SECONDS.toNanos(10));
        }
        assertThat(fixture.ingress.of(ID)).isEmpty();
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).isGreaterThan(refused / 2);

        recorder.sendRaw(sealed);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);
    }

    @Test
    void shouldAskAProvenRecorderAtOnceForWhatCameDamaged() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        final UnsafeBuffer sealed = recorder.seal(WireEvents.event(ID, 1, "e1"));
        flip(sealed, sealed.capacity() * 8 - 1);
        recorder.sendRaw(sealed);
        recorder.awaitReply(RejectDecoder.TEMPLATE_ID);

        recorder.event(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).isOne();
        assertThat(fixture.count(ReceiverCounter.REMOTE_HELD_OFF)).isZero();
    }

    @Test
    void shouldSlowAHolderOfTheKeyDownOnWhateverStreamItKnocksInVain() {
        for (int i = 1; i <= 3; i++) {
            try (RawRemoteRecorder recorder = recorder(KEY)) {
                recorder.knock();
                recorder.knock();
                final int dropped = 2 * i - 1;
                fixture.stepUntil(() -> fixture.count(ReceiverCounter.REMOTE_HELD_OFF) == dropped);
            }
        }
        recorder(KEY).knock();
        fixture.awaitCount(ReceiverCounter.REMOTE_HELD_OFF, 6);
        fixture.advanceNs(TimeUnit.SECONDS.toNanos(5));

        recorder(KEY).open(1, 1).event(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);
    }

    @Test
    void shouldAnswerNowhereButAtTheAddressOfOneHost() {
        final RawRemoteRecorder recorder = recorder(KEY);
        final String[] addresses = {"999.1.1.1:9", "1.2.3:9", "face.cafe:9", "0.0.0.0:9", "224.0.0.1:9", "127.0.0.1:0",
            "255.255.255.255:9", "127.0.0.1:70000", "[::]:9", "[ff02::1]:9", "[::ffff:224.0.0.1]:9", "[1:2]:9",
            "[.:]:9", "01.2.3.4:9"};
        for (int i = 0; i < addresses.length; i++) {
            recorder.knock(addresses[i]);
            fixture.awaitCount(ReceiverCounter.REMOTE_REFUSED, i + 1);
            fixture.advanceNs(TimeUnit.SECONDS.toNanos(10));
        }
        assertNothingTaken();
    }

    @Test
    void shouldTakeAKnockOnce() {
        final RawRemoteRecorder recorder = recorder(KEY).shakeHands();
        fixture.advanceNs(TimeUnit.SECONDS.toNanos(10));
        recorder.knockAgain();
        fixture.awaitCount(ReceiverCounter.REMOTE_REPLAYED, 1);
    }

    private long refused() {
        return fixture.count(ReceiverCounter.REMOTE_FORGED) + fixture.count(ReceiverCounter.REMOTE_REFUSED) +
            fixture.count(ReceiverCounter.REMOTE_REPLAYED) + fixture.count(ReceiverCounter.REMOTE_OUTSIDE_SESSION);
    }

    private static void flip(final UnsafeBuffer buffer, final int bit) {
        buffer.putByte(bit / 8, (byte)(buffer.getByte(bit / 8) ^ (1 << bit % 8)));
    }

    @Test
    void shouldRefuseWhatCameBefore() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        final UnsafeBuffer first = recorder.seal(WireEvents.event(ID, 1, "e1"));
        recorder.sendRaw(first);
        recorder.event(2);
        recorder.sendRaw(first);
        fixture.awaitCount(ReceiverCounter.REMOTE_REPLAYED, 1);
        recorder.event(3);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);

        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2", "3 e3");
        assertThat(fixture.count(ReceiverCounter.REMOTE_HELD_OFF)).as("nobody slows a proven sender down").isZero();
        assertThat(fixture.count(ReceiverCounter.RESENT)).isZero();
    }

    @Test
    void shouldDropWhatWasSealedForAnEarlierSession() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        final UnsafeBuffer late = recorder.seal(WireEvents.event(ID, 1, "late"));
        recorder.open(2, 1);
        recorder.sendRaw(late);
        fixture.awaitCount(ReceiverCounter.REMOTE_OUTSIDE_SESSION, 1);
        recorder.event(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1");
    }

    @Test
    void shouldKeepASessionWhileAKnockLeadsToNothing() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        recorder.knock();
        recorder.event(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.count(ReceiverCounter.REMOTE_SESSIONS)).isOne();
    }

    @Test
    void shouldRefuseTheHelloOfAnotherRecorderThanKnocked() {
        final RawRemoteRecorder recorder = recorder(KEY).shakeHands();
        recorder.send(RawRemoteRecorder.hello(OTHER, 1, 1));
        fixture.awaitCount(ReceiverCounter.REMOTE_REFUSED, 1);

        assertNothingTaken();
        assertThat(fixture.count(ReceiverCounter.REMOTE_SESSIONS)).isZero();
    }

    @Test
    void shouldRefuseAnEventBeforeTheHello() {
        final RawRemoteRecorder recorder = recorder(KEY).shakeHands();
        recorder.event(1);
        fixture.awaitCount(ReceiverCounter.REMOTE_REFUSED, 1);

        assertNothingTaken();
    }

    @Test
    void shouldOfferTheSameAgainWhereTheRingWasFull() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        fixture.ingress.room(1);
        recorder.event(1);
        recorder.send(WireEvents.event(ID, 2, "fragmented ".repeat(400)));
        fixture.stepUntil(() -> fixture.ingress.refusals() > OFTEN);
        fixture.ingress.room(10);
        recorder.event(3);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 3);

        assertThat(fixture.ingress.of(ID)).hasSize(3).startsWith("1 e1").endsWith("3 e3");
        assertThat(fixture.count(ReceiverCounter.REMOTE_REPLAYED)).isZero();
        assertThat(fixture.count(ReceiverCounter.REMOTE_REFUSED)).isZero();
    }

    @Test
    void shouldPassOverWhatIsOverTheLimit() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        recorder.send(WireEvents.event(ID, 1, "x".repeat(ReceiverFixture.MAX_EVENT_LENGTH)));
        recorder.event(2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.ingress.of(ID)).containsExactly("refused 1..1", "2 e2");
    }

    @Test
    void shouldCollectNoFragmentsOfWhoIsNotProven() {
        final RawRemoteRecorder recorder = recorder(KEY);
        recorder.sendRaw(new UnsafeBuffer(new byte[10_000]));
        fixture.stepUntil(() -> fixture.count(ReceiverCounter.REMOTE_OUTSIDE_SESSION) >= 7);

        assertThat(fixture.count(ReceiverCounter.REMOTE_REFUSED)).isZero();
    }

    @Test
    void shouldServeLocalRecordersWhileSomebodyKnocksInVain() {
        final RawRecorder local = fixture.newRecorder(OTHER).open(1, 1);
        final RawRemoteRecorder stranger = recorder(WRONG_KEY);
        for (int i = 1; i <= 50; i++) {
            stranger.knock();
            local.event(i, "e" + i);
        }
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 50);
        fixture.journal(OTHER, 50);
        local.awaitReply("ack 50");

        fixture.awaitCount(ReceiverCounter.REMOTE_HELD_OFF, 49);
    }

    @Test
    void shouldForgetWhoWentAway() {
        final RawRemoteRecorder recorder = recorder(KEY).open(1, 1);
        recorder.event(1);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);
        recorder.close();
        fixture.stepUntil(() -> fixture.ingress.state(ID).session() == null);

        recorder(KEY).open(2, 2).event(2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
    }
}
