package herald.writers.venice;

import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SealedMessage;
import herald.seal.Sealer;
import herald.seal.SessionKeys;
import herald.seal.SharedKey;
import herald.seal.Unsealer;
import herald.wire.ChallengeDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.SealedDecoder;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * A node's part in one sealed session with an events manager: the handshake before the Hello, and the seal on every
 * message. The handshake and the seals are those of recorders on other hosts ({@code docs/remote.md}), with keys of
 * their own. Owned by the writer's thread.
 */
final class VeniceSeal {
    private static final int MAX_REPLY_LENGTH = 512;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Handshake handshake;
    private final SealedMessage reply = new SealedMessage(MAX_REPLY_LENGTH);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private Knock knock;
    private SessionKeys keys;
    private Sealer sealer;
    private Unsealer unsealer;

    VeniceSeal(final SharedKey key) {
        this.handshake = new Handshake(VeniceDescriptor.keyOf(key));
    }

    /** Encodes the Knock of a session into {@link #knock()}; returns its length. */
    int encodeKnock(
        final long sessionId, final int aeronSessionId, final int replyStreamId, final String replyEndpoint) {
        knock = new Knock(new UUID(sessionId, 0), Nonce.next(RANDOM), aeronSessionId, replyStreamId, replyEndpoint,
            VeniceDescriptor.PROTOCOL_VERSION);
        return handshake.encode(knock);
    }

    DirectBuffer knock() {
        return handshake.buffer();
    }

    /** Whether the manager has proven the key: messages can be sealed. */
    boolean isOpen() {
        return keys != null;
    }

    /** Seals a message into {@link #sealed()}; returns its length. */
    int seal(final DirectBuffer message, final int length) {
        return sealer.seal(message, 0, length);
    }

    DirectBuffer sealed() {
        return sealer.buffer();
    }

    /** Takes what came, and hands on what was in a genuine message. Everything else is nobody's. */
    void onReply(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final Header fragment,
        final FragmentHandler payloads) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return;
        }
        header.wrap(buffer, offset);
        if (header.templateId() == ChallengeDecoder.TEMPLATE_ID) {
            onChallenge(buffer, offset, length);
        } else if (header.templateId() == SealedDecoder.TEMPLATE_ID && isOpen() &&
            reply.read(buffer, offset, length) && reply.sessionId() == keys.id() &&
            unsealer.judge(reply) == Unsealer.Verdict.GENUINE) {
            unsealer.take(reply);
            payloads.onFragment(reply.buffer(), reply.payloadOffset(), reply.payloadLength(), fragment);
        }
    }

    private void onChallenge(final DirectBuffer buffer, final int offset, final int length) {
        // One without the key says nothing of the manager: anybody can send it.
        if (handshake.decodeChallenge(buffer, offset, length) && !isOpen() && handshake.answers(knock)) {
            keys = handshake.keys(knock, handshake.proxyNonce());
            sealer = keys.sealerToProxy();
            unsealer = keys.unsealerOfProxy();
        }
    }
}
