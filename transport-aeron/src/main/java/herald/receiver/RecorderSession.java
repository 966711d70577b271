package herald.receiver;

import herald.link.LinkDescriptor;
import herald.wire.AckEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectEncoder;
import herald.wire.RejectReason;
import herald.wire.WelcomeEncoder;
import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.exceptions.RegistrationException;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One image of a recorder and the publication on which it is answered. What could not be sent is kept as what is owed,
 * never as a queue: replies are cumulative. Receiver's thread.
 */
final class RecorderSession implements AutoCloseable {
    private static final int REPLY_TERM_LENGTH = 64 * 1024;
    private static final int REPLY_LENGTH = 128;

    private final Aeron aeron;
    private final RecorderState recorder;
    private final int imageSessionId;
    private final int replyStreamId;
    private long publicationId;
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[REPLY_LENGTH]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final WelcomeEncoder welcome = new WelcomeEncoder();
    private final AckEncoder ack = new AckEncoder();
    private final RejectEncoder reject = new RejectEncoder();
    private ExclusivePublication publication;
    private long attempt;
    private boolean welcomeOwed;
    private RejectReason rejectOwed;
    private boolean awaitingHello;
    private boolean superseded;
    private long ackedSequence = -1;
    private long repeatedSequence = -1;

    RecorderSession(
        final Aeron aeron, final RecorderState recorder, final int imageSessionId, final int replyStreamId) {
        this.aeron = aeron;
        this.recorder = recorder;
        this.imageSessionId = imageSessionId;
        this.replyStreamId = replyStreamId;
        this.publicationId = requestPublication();
    }

    private long requestPublication() {
        return aeron.asyncAddExclusivePublication(
            new ChannelUriStringBuilder(LinkDescriptor.IPC_CHANNEL).termLength(REPLY_TERM_LENGTH).build(),
            replyStreamId);
    }

    RecorderState recorder() {
        return recorder;
    }

    int imageSessionId() {
        return imageSessionId;
    }

    int replyStreamId() {
        return replyStreamId;
    }

    void onHello(final long helloAttempt) {
        attempt = helloAttempt;
        welcomeOwed = true;
        rejectOwed = null;
        awaitingHello = false;
        superseded = false;
    }

    /** It is told so, and nothing else: neither its events nor acknowledgements concern a refused session. */
    void refuse(final long helloAttempt, final RejectReason reason) {
        attempt = helloAttempt;
        rejectOwed = reason;
        supersede();
    }

    /** From here on its events are dropped until the next Hello, which is asked for once. */
    void onGap() {
        awaitingHello = true;
        rejectOwed = RejectReason.GAP;
    }

    void supersede() {
        superseded = true;
        welcomeOwed = false;
    }

    boolean isSuperseded() {
        return superseded;
    }

    boolean isAwaitingHello() {
        return awaitingHello;
    }

    /**
     * Sends what is owed, as far as the recorder takes it.
     *
     * @param runId of this proxy.
     * @return number of acknowledgements sent; whether anything is still owed is told by {@link #owes()}.
     */
    int sendOwed(final long runId) {
        if (!isConnected()) {
            return 0;
        }
        if (rejectOwed != null && send(encodeReject(runId))) {
            rejectOwed = null;
        }
        final long durable = recorder.durableSequence();
        if (welcomeOwed && send(encodeWelcome(runId, durable))) {
            welcomeOwed = false;
            ackedSequence = durable;
        }
        if (!welcomeOwed && !superseded && durable > ackedSequence) {
            if (send(encodeAck(runId, durable))) {
                ackedSequence = durable;
                return 1;
            }
        }
        return 0;
    }

    boolean owes() {
        return welcomeOwed || rejectOwed != null || (!superseded && recorder.durableSequence() > ackedSequence);
    }

    /** Makes the last acknowledgement owed once more. */
    void repeatAck() {
        if (repeatedSequence < ackedSequence) {
            repeatedSequence = ackedSequence;
            ackedSequence--;
        }
    }

    private boolean isConnected() {
        if (publication == null) {
            try {
                publication = aeron.getExclusivePublication(publicationId);
            } catch (final RegistrationException e) {
                // The driver had no room for its buffers: this recorder waits for replies, the others do not.
                publicationId = requestPublication();
            }
        }
        return publication != null && publication.isConnected();
    }

    private boolean send(final int length) {
        return publication.offer(reply, 0, length) > 0;
    }

    private int encodeWelcome(final long runId, final long durable) {
        welcome.wrapAndApplyHeader(reply, 0, header)
            .recorderIdHigh(recorder.id().getMostSignificantBits())
            .recorderIdLow(recorder.id().getLeastSignificantBits())
            .attempt(attempt)
            .runId(runId)
            .acceptedSequence(recorder.acceptedSequence())
            .durableSequence(durable);
        return MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength();
    }

    private int encodeAck(final long runId, final long durable) {
        ack.wrapAndApplyHeader(reply, 0, header)
            .recorderIdHigh(recorder.id().getMostSignificantBits())
            .recorderIdLow(recorder.id().getLeastSignificantBits())
            .runId(runId)
            .durableSequence(durable);
        return MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength();
    }

    private int encodeReject(final long runId) {
        reject.wrapAndApplyHeader(reply, 0, header)
            .recorderIdHigh(recorder.id().getMostSignificantBits())
            .recorderIdLow(recorder.id().getLeastSignificantBits())
            .runId(runId)
            .attempt(attempt)
            .reason(rejectOwed);
        return MessageHeaderEncoder.ENCODED_LENGTH + reject.encodedLength();
    }

    @Override
    public void close() {
        if (publication != null) {
            publication.close();
        } else if (!aeron.isClosed()) {
            aeron.asyncRemovePublication(publicationId);
        }
    }
}
