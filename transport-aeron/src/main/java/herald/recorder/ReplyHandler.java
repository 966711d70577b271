package herald.recorder;

import herald.link.Acknowledger;
import herald.link.DirectoryIdentity;
import herald.link.MessageLength;
import herald.wire.AckDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.RejectDecoder;
import herald.wire.RejectReason;
import herald.wire.WelcomeDecoder;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

import java.util.UUID;

/**
 * Decodes what the proxy says to one recorder. What is meant for another is passed over, and what is
 * longer or shorter than its fields.
 */
final class ReplyHandler implements FragmentHandler {
    /** Takes the proxy's replies, on the sender's thread. */
    interface Replies {
        void onWelcome(long attempt, long acceptedSequence, long durableSequence, Acknowledger proxy);

        /** The position is {@link AckDecoder#journalPositionNullValue()} where an older proxy says none. */
        void onAck(long runId, long durableSequence, long journalPosition);

        void onReject(long runId, long attempt, RejectReason reason);
    }

    // Lengths of the first version's fixed fields, in bytes; later ones are longer.
    private static final int MIN_WELCOME_BLOCK_LENGTH =
        WelcomeDecoder.durableSequenceEncodingOffset() + WelcomeDecoder.durableSequenceEncodingLength();
    private static final int MIN_ACK_BLOCK_LENGTH =
        AckDecoder.durableSequenceEncodingOffset() + AckDecoder.durableSequenceEncodingLength();
    private static final int MIN_REJECT_BLOCK_LENGTH =
        RejectDecoder.reasonEncodingOffset() + RejectDecoder.reasonEncodingLength();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WelcomeDecoder welcome = new WelcomeDecoder();
    private final AckDecoder ack = new AckDecoder();
    private final RejectDecoder reject = new RejectDecoder();
    private final long recorderIdHigh;
    private final long recorderIdLow;
    private final Replies replies;

    ReplyHandler(final UUID recorderId, final Replies replies) {
        this.recorderIdHigh = recorderId.getMostSignificantBits();
        this.recorderIdLow = recorderId.getLeastSignificantBits();
        this.replies = replies;
    }

    @Override
    public void onFragment(
        final DirectBuffer buffer, final int offset, final int length, final Header fragmentHeader) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return;
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return;
        }
        switch (header.templateId()) {
            case WelcomeDecoder.TEMPLATE_ID -> onWelcome(buffer, offset, length);
            case AckDecoder.TEMPLATE_ID -> onAck(buffer, offset, length);
            case RejectDecoder.TEMPLATE_ID -> onReject(buffer, offset, length);
            default -> {
                // A message of a newer protocol: nothing that this recorder asked for.
            }
        }
    }

    private void onWelcome(final DirectBuffer buffer, final int offset, final int length) {
        if (!MessageLength.isExact(buffer, offset, length, MIN_WELCOME_BLOCK_LENGTH, 0)) {
            return;
        }
        welcome.wrapAndApplyHeader(buffer, offset, header);
        if (isForUs(welcome.recorderIdHigh(), welcome.recorderIdLow())) {
            replies.onWelcome(
                welcome.attempt(), welcome.acceptedSequence(), welcome.durableSequence(), proxyOf(welcome));
        }
    }

    private static Acknowledger proxyOf(final WelcomeDecoder welcome) {
        final boolean identified = welcome.generation() != WelcomeDecoder.generationNullValue();
        return identified ?
            new Acknowledger(new UUID(welcome.directoryIdHigh(), welcome.directoryIdLow()), welcome.generation(),
                welcome.runId(), welcome.journalPosition()) :
            new Acknowledger(DirectoryIdentity.NO_ID, 0, welcome.runId(), 0);
    }

    private void onAck(final DirectBuffer buffer, final int offset, final int length) {
        if (!MessageLength.isExact(buffer, offset, length, MIN_ACK_BLOCK_LENGTH, 0)) {
            return;
        }
        ack.wrapAndApplyHeader(buffer, offset, header);
        if (isForUs(ack.recorderIdHigh(), ack.recorderIdLow())) {
            replies.onAck(ack.runId(), ack.durableSequence(), ack.journalPosition());
        }
    }

    private void onReject(final DirectBuffer buffer, final int offset, final int length) {
        if (!MessageLength.isExact(buffer, offset, length, MIN_REJECT_BLOCK_LENGTH, 0)) {
            return;
        }
        reject.wrapAndApplyHeader(buffer, offset, header);
        if (isForUs(reject.recorderIdHigh(), reject.recorderIdLow())) {
            replies.onReject(reject.runId(), reject.attempt(), reject.reason());
        }
    }

    private boolean isForUs(final long idHigh, final long idLow) {
        return idHigh == recorderIdHigh && idLow == recorderIdLow;
    }
}
