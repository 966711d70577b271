package herald.admission;

import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.SeenNonces;
import herald.seal.SharedKey;
import herald.wire.KnockDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * Lets a stream begin with a Knock that a holder of the key made, and each Knock once: who recorded one on the network
 * gets nothing for it. Owned by the media driver's thread.
 */
public final class KnockCheck implements FirstMessage {
    private final Handshake handshake;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SeenNonces seen = new SeenNonces();

    /**
     * For one listener.
     *
     * @param key that its senders must have.
     */
    public KnockCheck(final SharedKey key) {
        this.handshake = new Handshake(key);
    }

    @Override
    public Verdict judge(final DirectBuffer buffer, final int offset, final int length, final int sessionId) {
        if (!isKnock(header, buffer, offset, length)) {
            return Verdict.OTHER;
        }
        final Knock knock = handshake.decodeKnock(buffer, offset, length);
        if (knock == null || knock.aeronSessionId() != sessionId) {
            return Verdict.FORGED;
        }
        return seen.add(knock.nonce()) ? Verdict.GENUINE : Verdict.REPLAYED;
    }

    /**
     * For a driver that does not have the key of those who listen through it: the form is all that it can check.
     *
     * @return lets streams begin with what has the form of a Knock.
     */
    public static FirstMessage formOnly() {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        return (buffer, offset, length, sessionId) ->
            isKnock(header, buffer, offset, length) ? Verdict.GENUINE : Verdict.OTHER;
    }

    private static boolean isKnock(
        final MessageHeaderDecoder header, final DirectBuffer buffer, final int offset, final int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH + KnockDecoder.BLOCK_LENGTH ||
            length > Handshake.MAX_LENGTH) {
            return false;
        }
        header.wrap(buffer, offset);
        return header.schemaId() == MessageHeaderDecoder.SCHEMA_ID && header.templateId() == KnockDecoder.TEMPLATE_ID;
    }
}
