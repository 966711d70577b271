package herald.writers.venice;

import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SharedKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * A node that waits for its manager, and Challenges that come from somebody else: they change nothing.
 */
@Timeout(60)
class VeniceSealTest {
    private static final SharedKey KEY = key("the key of nodes and manager");
    private static final String REPLY_ENDPOINT = "127.0.0.1:9";

    private final VeniceSeal seal = new VeniceSeal(KEY);

    private static SharedKey key(final String text) {
        return new SharedKey(text.getBytes(StandardCharsets.UTF_8));
    }

    private Knock knock() {
        final int length = seal.encodeKnock(1, 2, 3, REPLY_ENDPOINT);
        return new Handshake(VeniceDescriptor.keyOf(KEY)).decodeKnock(seal.knock(), 0, length);
    }

    private void onChallenge(final SharedKey of, final Knock knock) {
        final Handshake other = new Handshake(of);
        final int length = other.encodeChallenge(knock, Nonce.next(new SecureRandom()));
        seal.onReply(other.buffer(), 0, length, null,
            (buffer, offset, payloadLength, fragment) -> fail("a Challenge has no payload"));
    }

    @Test
    void shouldPassOverChallengesOfStrangersAndOfOtherKnocks() {
        final Knock knock = knock();
        onChallenge(key("a key of somebody else's making"), knock);
        onChallenge(KEY, knock);
        onChallenge(VeniceDescriptor.keyOf(KEY), new Knock(knock.recorderId(), Nonce.next(new SecureRandom()),
            knock.aeronSessionId(), knock.replyStreamId(), REPLY_ENDPOINT, knock.protocolVersion()));
        assertThat(seal.isOpen()).isFalse();

        onChallenge(VeniceDescriptor.keyOf(KEY), knock);
        assertThat(seal.isOpen()).isTrue();
    }
}
