package herald.receiver;

import herald.link.Acknowledger;
import herald.wire.HelloDecoder;

import java.util.UUID;

/**
 * What a recorder says of the past: up to where it was acknowledged, and by whom last.
 *
 * @param sequence up to which its events were acknowledged; 0 where it does not say so.
 * @param by       whom.
 */
record Acknowledged(long sequence, Acknowledger by) {
    /** Of a recorder that says nothing. */
    static final Acknowledged UNTOLD = new Acknowledged(0, Acknowledger.NONE);

    /** A sequence at or above the first one that the recorder still has is none that was acknowledged. */
    static Acknowledged of(final HelloDecoder hello) {
        if (hello.acknowledgedSequence() == HelloDecoder.acknowledgedSequenceNullValue()) {
            return UNTOLD;
        }
        return new Acknowledged(
            Math.max(0, Math.min(hello.acknowledgedSequence(), hello.firstSequence() - 1)),
            new Acknowledger(
                new UUID(hello.acknowledgedDirectoryHigh(), hello.acknowledgedDirectoryLow()),
                hello.acknowledgedGeneration(), hello.acknowledgedRunId(), hello.acknowledgedPosition()));
    }
}
