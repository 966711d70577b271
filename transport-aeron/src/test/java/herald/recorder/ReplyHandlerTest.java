package herald.recorder;

import herald.link.Acknowledger;
import herald.wire.AckDecoder;
import herald.wire.AckEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectEncoder;
import herald.wire.RejectReason;
import herald.wire.WelcomeEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reply has one length: nothing is taken from one with bytes left over or missing. A newer one may have more fixed
 * fields.
 */
@Timeout(60)
class ReplyHandlerTest {
    private static final UUID ID = new UUID(8, 9);

    private final List<String> taken = new ArrayList<>();
    private final ReplyHandler handler = new ReplyHandler(ID, new ReplyHandler.Replies() {
        @Override
        public void onWelcome(
            final long attempt, final long accepted, final long durable, final Acknowledger proxy) {
            taken.add("welcome " + attempt);
        }

        @Override
        public void onAck(final long runId, final long durable, final long journalPosition) {
            taken.add("ack " + durable + " at " + journalPosition);
        }

        @Override
        public void onReject(final long runId, final long attempt, final RejectReason reason) {
            taken.add("reject " + reason);
        }
    });
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private int welcome() {
        return MessageHeaderEncoder.ENCODED_LENGTH + new WelcomeEncoder().wrapAndApplyHeader(buffer, 0, header)
            .recorderIdHigh(8).recorderIdLow(9).attempt(3).runId(1).acceptedSequence(2).durableSequence(1)
            .encodedLength();
    }

    private int ack() {
        return MessageHeaderEncoder.ENCODED_LENGTH + new AckEncoder().wrapAndApplyHeader(buffer, 0, header)
            .recorderIdHigh(8).recorderIdLow(9).runId(1).durableSequence(7).journalPosition(640)
            .encodedLength();
    }

    private int reject() {
        return MessageHeaderEncoder.ENCODED_LENGTH + new RejectEncoder().wrapAndApplyHeader(buffer, 0, header)
            .recorderIdHigh(8).recorderIdLow(9).runId(1).attempt(3).reason(RejectReason.GAP).encodedLength();
    }

    private void offer(final int length) {
        handler.onFragment(buffer, 0, length, null);
    }

    @Test
    void shouldTakeRepliesOfTheirOwnLengthAlone() {
        for (final int left : new int[] {-1, 1, 8, 0}) {
            offer(welcome() + left);
            offer(ack() + left);
            offer(reject() + left);
            assertThat(taken).hasSize(left == 0 ? 3 : 0);
        }
        assertThat(taken).containsExactly("welcome 3", "ack 7 at 640", "reject GAP");
    }

    @Test
    void shouldTakeRepliesOfANewerVersionWhoseFixedFieldsAreLonger() {
        final int length = ack() + 8;
        header.wrap(buffer, 0).blockLength(length - MessageHeaderEncoder.ENCODED_LENGTH).version(9);
        offer(length);
        assertThat(taken).containsExactly("ack 7 at 640");
    }

    @Test
    void shouldTakeAcknowledgementsThatNameNoPosition() {
        final int length = ack() - Long.BYTES;
        header.wrap(buffer, 0).blockLength(length - MessageHeaderEncoder.ENCODED_LENGTH).version(1);
        offer(length);
        assertThat(taken).containsExactly("ack 7 at " + AckDecoder.journalPositionNullValue());
    }
}
