package herald.seal;

import herald.wire.ChallengeDecoder;
import herald.wire.ChallengeEncoder;
import herald.wire.KnockDecoder;
import herald.wire.KnockEncoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Encodes, signs and checks the two messages that come before a session. Owned by one thread; not for hot paths.
 */
public final class Handshake {
    /** A Knock or Challenge is never longer, in bytes: it fits into one Aeron frame. */
    public static final int MAX_LENGTH = 256;

    private static final int MAX_ENDPOINT_LENGTH = 80;

    private final SharedKey key;
    private byte[] secret;
    private MessageMac knockMac;
    private MessageMac challengeMac;
    private final byte[] bytes = new byte[MAX_LENGTH];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final KnockDecoder knockDecoder = new KnockDecoder();
    private final KnockEncoder knockEncoder = new KnockEncoder();
    private final ChallengeDecoder challengeDecoder = new ChallengeDecoder();
    private final ChallengeEncoder challengeEncoder = new ChallengeEncoder();

    /**
     * Handshakes of holders of a key.
     *
     * @param key that both must have.
     */
    public Handshake(final SharedKey key) {
        this.key = key;
    }

    private MessageMac knockMac() {
        prepareMacs();
        return knockMac;
    }

    private MessageMac challengeMac() {
        prepareMacs();
        return challengeMac;
    }

    /** The key may have been read again. */
    private void prepareMacs() {
        final byte[] now = key.secret();
        if (now != secret) {
            knockMac = new MessageMac(key.derive("herald knock"));
            challengeMac = new MessageMac(key.derive("herald challenge"));
            secret = now;
        }
    }

    /**
     * Holds what was encoded last, at its start.
     *
     * @return valid until anything else is encoded or decoded.
     */
    public DirectBuffer buffer() {
        return buffer;
    }

    /**
     * Encodes a Knock into {@link #buffer()}.
     *
     * @param knock to say.
     * @return its length in bytes.
     */
    public int encode(final Knock knock) {
        final byte[] endpoint = knock.replyEndpoint().getBytes(StandardCharsets.US_ASCII);
        if (endpoint.length > MAX_ENDPOINT_LENGTH) {
            throw new IllegalArgumentException("reply endpoint " + knock.replyEndpoint() + " has over " +
                MAX_ENDPOINT_LENGTH + " characters: set the address to be answered at in digits");
        }
        knockEncoder.wrapAndApplyHeader(buffer, 0, headerEncoder)
            .recorderIdHigh(knock.recorderId().getMostSignificantBits())
            .recorderIdLow(knock.recorderId().getLeastSignificantBits())
            .recorderNonceHigh(knock.nonce().high())
            .recorderNonceLow(knock.nonce().low())
            .aeronSessionId(knock.aeronSessionId())
            .replyStreamId(knock.replyStreamId())
            .protocolVersion(knock.protocolVersion())
            .putReplyEndpoint(endpoint, 0, endpoint.length);
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + knockEncoder.encodedLength();
        knockMac().sign(bytes, length);
        return length;
    }

    /**
     * Decodes and checks a Knock.
     *
     * @param source that holds it.
     * @param offset of its header.
     * @param length in bytes.
     * @return null where no holder of the key made it.
     */
    public Knock decodeKnock(final DirectBuffer source, final int offset, final int length) {
        if (!copy(source, offset, length, KnockDecoder.TEMPLATE_ID, KnockDecoder.BLOCK_LENGTH) ||
            !knockMac().verify(bytes, length)) {
            return null;
        }
        knockDecoder.wrapAndApplyHeader(buffer, 0, headerDecoder);
        final int textOffset = knockDecoder.limit() + KnockDecoder.replyEndpointHeaderLength();
        if (textOffset > length || knockDecoder.replyEndpointLength() != length - textOffset) {
            return null;
        }
        final UUID id = new UUID(knockDecoder.recorderIdHigh(), knockDecoder.recorderIdLow());
        final Nonce nonce = new Nonce(knockDecoder.recorderNonceHigh(), knockDecoder.recorderNonceLow());
        return new Knock(id, nonce, knockDecoder.aeronSessionId(), knockDecoder.replyStreamId(),
            knockDecoder.replyEndpoint(), knockDecoder.protocolVersion());
    }

    /**
     * Encodes the answer to a Knock into {@link #buffer()}.
     *
     * @param knock      that is answered.
     * @param proxyNonce new.
     * @return its length in bytes.
     */
    public int encodeChallenge(final Knock knock, final Nonce proxyNonce) {
        challengeEncoder.wrapAndApplyHeader(buffer, 0, headerEncoder)
            .recorderIdHigh(knock.recorderId().getMostSignificantBits())
            .recorderIdLow(knock.recorderId().getLeastSignificantBits())
            .recorderNonceHigh(knock.nonce().high())
            .recorderNonceLow(knock.nonce().low())
            .proxyNonceHigh(proxyNonce.high())
            .proxyNonceLow(proxyNonce.low())
            .aeronSessionId(knock.aeronSessionId());
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + challengeEncoder.encodedLength();
        challengeMac().sign(bytes, length);
        return length;
    }

    /**
     * Decodes and checks a Challenge. That it answers this very Knock is to be checked with {@link #answers}.
     *
     * @param source that holds it.
     * @param offset of its header.
     * @param length in bytes.
     * @return false where no holder of the key made it.
     */
    public boolean decodeChallenge(final DirectBuffer source, final int offset, final int length) {
        if (length != MessageHeaderDecoder.ENCODED_LENGTH + ChallengeDecoder.BLOCK_LENGTH ||
            !copy(source, offset, length, ChallengeDecoder.TEMPLATE_ID, ChallengeDecoder.BLOCK_LENGTH) ||
            !challengeMac().verify(bytes, length)) {
            return false;
        }
        challengeDecoder.wrapAndApplyHeader(buffer, 0, headerDecoder);
        return true;
    }

    /**
     * Whether the Challenge that was decoded answers a Knock.
     *
     * @param knock that was sent.
     * @return false where it answers an earlier one.
     */
    public boolean answers(final Knock knock) {
        return challengeDecoder.recorderIdHigh() == knock.recorderId().getMostSignificantBits() &&
            challengeDecoder.recorderIdLow() == knock.recorderId().getLeastSignificantBits() &&
            challengeDecoder.recorderNonceHigh() == knock.nonce().high() &&
            challengeDecoder.recorderNonceLow() == knock.nonce().low() &&
            challengeDecoder.aeronSessionId() == knock.aeronSessionId();
    }

    /**
     * The nonce in the Challenge that was decoded.
     *
     * @return the proxy's.
     */
    public Nonce proxyNonce() {
        return new Nonce(challengeDecoder.proxyNonceHigh(), challengeDecoder.proxyNonceLow());
    }

    /**
     * The keys of the session that a handshake opens.
     *
     * @param knock      of the recorder.
     * @param proxyNonce of the answer.
     * @return the same on both sides.
     */
    public SessionKeys keys(final Knock knock, final Nonce proxyNonce) {
        return SessionKeys.of(key, knock, proxyNonce);
    }

    private boolean copy(
        final DirectBuffer source, final int offset, final int length, final int templateId, final int blockLength) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH + blockLength || length > MAX_LENGTH) {
            return false;
        }
        source.getBytes(offset, bytes, 0, length);
        headerDecoder.wrap(buffer, 0);
        return headerDecoder.schemaId() == MessageHeaderDecoder.SCHEMA_ID &&
            headerDecoder.templateId() == templateId &&
            SealDescriptor.hasBlock(templateId, headerDecoder.blockLength());
    }
}
