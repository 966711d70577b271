package herald.receiver;

import herald.link.DirectoryIdentity;
import herald.wire.AckEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectEncoder;
import herald.wire.RejectReason;
import herald.wire.WelcomeEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One image of a recorder and the way on which it is answered. What could not be sent is kept as what is owed,
 * never as a queue: replies are cumulative. Receiver's thread.
 */
final class RecorderSession implements AutoCloseable {
    private static final int REPLY_LENGTH = 128;

    private final DirectoryIdentity identity;
    private final EventIngress ingress;
    private final Replies replies;
    private final RecorderState recorder;
    private final long imageKey;
    private final int replyStreamId;
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[REPLY_LENGTH]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final WelcomeEncoder welcome = new WelcomeEncoder();
    private final AckEncoder ack = new AckEncoder();
    private final RejectEncoder reject = new RejectEncoder();
    private long attempt;
    private boolean welcomeOwed;
    private RejectReason rejectOwed;
    private boolean awaitingHello;
    private boolean superseded;
    private long ackedSequence = -1;
    private long repeatedSequence = -1;

    RecorderSession(
        final Replies replies,
        final RecorderState recorder,
        final long imageKey,
        final int replyStreamId,
        final DirectoryIdentity identity,
        final EventIngress ingress) {
        this.identity = identity;
        this.ingress = ingress;
        this.replies = replies;
        this.recorder = recorder;
        this.imageKey = imageKey;
        this.replyStreamId = replyStreamId;
    }

    RecorderState recorder() {
        return recorder;
    }

    long imageKey() {
        return imageKey;
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

    /** Asks for a Hello, without which its events are still taken: one of them came damaged. */
    void onDamaged() {
        if (!superseded && rejectOwed == null) {
            rejectOwed = RejectReason.GAP;
        }
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
        if (!replies.isConnected()) {
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

    private boolean send(final int length) {
        return replies.send(reply, length);
    }

    private int encodeWelcome(final long runId, final long durable) {
        welcome.wrapAndApplyHeader(reply, 0, header)
            .recorderIdHigh(recorder.id().getMostSignificantBits())
            .recorderIdLow(recorder.id().getLeastSignificantBits())
            .attempt(attempt)
            .runId(runId)
            .acceptedSequence(recorder.acceptedSequence())
            .durableSequence(durable)
            .directoryIdHigh(identity.id().getMostSignificantBits())
            .directoryIdLow(identity.id().getLeastSignificantBits())
            .generation(identity.generation())
            .journalPosition(ingress.journaledPosition());
        return MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength();
    }

    private int encodeAck(final long runId, final long durable) {
        ack.wrapAndApplyHeader(reply, 0, header)
            .recorderIdHigh(recorder.id().getMostSignificantBits())
            .recorderIdLow(recorder.id().getLeastSignificantBits())
            .runId(runId)
            .durableSequence(durable)
            .journalPosition(ingress.journaledPosition());
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
        replies.close();
    }
}
