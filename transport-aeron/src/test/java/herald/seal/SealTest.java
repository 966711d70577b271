package herald.seal;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static herald.seal.Unsealer.Verdict.FORGED;
import static herald.seal.Unsealer.Verdict.GENUINE;
import static herald.seal.Unsealer.Verdict.REPLAYED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a seal proves: both directions, every bit, every session.
 */
@Timeout(120)
class SealTest {
    private static final SharedKey KEY = new SharedKey("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private static final SharedKey OTHER_KEY = new SharedKey("0123456789abcdeF".getBytes(StandardCharsets.US_ASCII));
    private static final Knock KNOCK = new Knock(new UUID(1, 2), new Nonce(3, 4), 5, 6, "127.0.0.1:7", 1);
    private static final Nonce PROXY_NONCE = new Nonce(8, 9);

    private final SessionKeys keys = SessionKeys.of(KEY, KNOCK, PROXY_NONCE);
    private final SealedMessage message = new SealedMessage(4096);

    private static UnsafeBuffer payload(final int length) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte)length);
        return new UnsafeBuffer(bytes);
    }

    private static UnsafeBuffer seal(final Sealer sealer, final int payloadLength) {
        final int length = sealer.seal(payload(payloadLength), 0, payloadLength);
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, sealer.buffer(), 0, length);
        return copy;
    }

    private Unsealer.Verdict judge(final Unsealer unsealer, final UnsafeBuffer sealed) {
        assertThat(message.read(sealed, 0, sealed.capacity())).isTrue();
        return unsealer.judge(message);
    }

    @Test
    void shouldGiveBackWhatWasSealed() {
        final Sealer sealer = keys.sealerToProxy();
        final Unsealer unsealer = keys.unsealerOfRecorder();
        for (int length = 8; length < 3_000; length += 97) {
            assertThat(judge(unsealer, seal(sealer, length))).isEqualTo(GENUINE);
            unsealer.take(message);
            assertThat(message.payloadLength()).isEqualTo(length);
            assertThat(new UnsafeBuffer(message.buffer(), message.payloadOffset(), length)).isEqualTo(payload(length));
        }
    }

    @Test
    void shouldTakeNoOtherDirectionSessionOrKey() {
        final UnsafeBuffer sealed = seal(keys.sealerToProxy(), 64);

        assertThat(judge(keys.unsealerOfProxy(), sealed)).isEqualTo(FORGED);
        assertThat(judge(SessionKeys.of(OTHER_KEY, KNOCK, PROXY_NONCE).unsealerOfRecorder(), sealed)).isEqualTo(FORGED);
        assertThat(judge(SessionKeys.of(KEY, KNOCK, new Nonce(8, 8)).unsealerOfRecorder(), sealed)).isEqualTo(FORGED);
        assertThat(SessionKeys.of(KEY, KNOCK, new Nonce(8, 8)).id()).isNotEqualTo(keys.id());
        final Knock elsewhere = new Knock(KNOCK.recorderId(), KNOCK.nonce(), 99, 6, "127.0.0.1:7", 1);
        assertThat(judge(SessionKeys.of(KEY, elsewhere, PROXY_NONCE).unsealerOfRecorder(), sealed)).isEqualTo(FORGED);
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        final UnsafeBuffer sealed = seal(keys.sealerToProxy(), 40);
        for (int bit = 0; bit < sealed.capacity() * 8; bit++) {
            final UnsafeBuffer changed = new UnsafeBuffer(new byte[sealed.capacity()]);
            changed.putBytes(0, sealed, 0, sealed.capacity());
            changed.putByte(bit / 8, (byte)(changed.getByte(bit / 8) ^ 1 << bit % 8));
            final boolean taken = message.read(changed, 0, changed.capacity()) && message.sessionId() == keys.id() &&
                keys.unsealerOfRecorder().judge(message) == GENUINE;
            assertThat(taken).as("bit " + bit).isFalse();
        }
    }

    @Test
    void shouldTakeEachCounterOnceAndNoneBelow() {
        final Sealer sealer = keys.sealerToRecorder();
        final Unsealer unsealer = keys.unsealerOfProxy();
        final UnsafeBuffer first = seal(sealer, 8);
        final UnsafeBuffer second = seal(sealer, 8);
        assertThat(judge(unsealer, second)).isEqualTo(GENUINE);
        assertThat(judge(unsealer, second)).as("not taken yet").isEqualTo(GENUINE);
        unsealer.take(message);

        assertThat(judge(unsealer, second)).isEqualTo(REPLAYED);
        assertThat(judge(unsealer, first)).isEqualTo(REPLAYED);
    }

    @Test
    void shouldComputeTheTagOfTheStandard() throws GeneralSecurityException {
        final UnsafeBuffer sealed = seal(keys.sealerToProxy(), 16);
        final ByteBuffer bound = ByteBuffer.allocate("herald to-proxy".length() + 1 + 7 * 8);
        bound.put("herald to-proxy".getBytes(StandardCharsets.US_ASCII)).put((byte)0);
        for (final long number : new long[] {1, 2, 3, 4, 8, 9, 5}) {
            bound.putLong(number);
        }
        final byte[] directionKey = hmac("0123456789abcdef".getBytes(StandardCharsets.US_ASCII), bound.array());
        final byte[] covered = new byte[sealed.capacity() - 16];
        sealed.getBytes(0, covered, 0, 8);
        sealed.getBytes(24, covered, 8, covered.length - 8);

        assertThat(Arrays.copyOfRange(sealed.byteArray(), 8, 24))
            .isEqualTo(Arrays.copyOf(hmac(directionKey, covered), 16));
    }

    private static byte[] hmac(final byte[] key, final byte[] input) throws GeneralSecurityException {
        final Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(input);
    }

    @Test
    void shouldTellGenuineHandshakesFromOthers() {
        final Handshake recorder = new Handshake(KEY);
        final Handshake proxy = new Handshake(KEY);
        final Handshake stranger = new Handshake(OTHER_KEY);
        final int length = recorder.encode(KNOCK);
        assertThat(stranger.decodeKnock(recorder.buffer(), 0, length)).isNull();
        assertThat(proxy.decodeKnock(recorder.buffer(), 0, length)).isEqualTo(KNOCK);

        final int challengeLength = proxy.encodeChallenge(KNOCK, PROXY_NONCE);
        assertThat(stranger.decodeChallenge(proxy.buffer(), 0, challengeLength)).isFalse();
        assertThat(recorder.decodeChallenge(proxy.buffer(), 0, challengeLength + 1)).isFalse();
        assertThat(recorder.decodeChallenge(proxy.buffer(), 0, challengeLength)).isTrue();
        assertThat(recorder.answers(KNOCK)).isTrue();
        assertThat(recorder.proxyNonce()).isEqualTo(PROXY_NONCE);
        assertThat(recorder.answers(new Knock(KNOCK.recorderId(), new Nonce(3, 5), 5, 6, "127.0.0.1:7", 1))).isFalse();
    }

    @Test
    void shouldHoldOffTwiceAsLongAfterEachFailureUpToABound() {
        final HoldOff holdOff = new HoldOff(10, 40);
        assertThat(holdOff.isHeld(0)).isFalse();
        holdOff.onFailure(0);
        assertThat(holdOff.isHeld(9)).isTrue();
        assertThat(holdOff.isHeld(10)).isFalse();
        holdOff.onFailure(10);
        holdOff.onFailure(30);
        holdOff.onFailure(70);
        assertThat(holdOff.isHeld(109)).isTrue();
        assertThat(holdOff.isHeld(110)).isFalse();
        holdOff.onFailure(110);
        holdOff.reset();
        assertThat(holdOff.isHeld(110)).isFalse();
    }

    @Test
    void shouldLetNoMoreThroughThanTheRate() {
        final RateLimit limit = new RateLimit(10, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(limit.tryAcquire(0)).as("permit " + i).isTrue();
        }
        assertThat(limit.tryAcquire(0)).isFalse();
        assertThat(limit.tryAcquire(TimeUnit.MILLISECONDS.toNanos(99))).isFalse();
        assertThat(limit.tryAcquire(TimeUnit.MILLISECONDS.toNanos(100))).isTrue();
        assertThat(limit.tryAcquire(TimeUnit.MILLISECONDS.toNanos(100))).isFalse();
    }
}
