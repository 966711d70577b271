package herald.receiver;

import org.agrona.DirectBuffer;

/**
 * Where the receiver hands on what it accepts: the engine's ring. Called by the receiver's thread alone; never blocks.
 */
public interface EventIngress {
    /**
     * Takes the next event of a recorder.
     *
     * @param recorder whose event it is.
     * @param sequence of the event: the one after all that were taken before.
     * @param buffer   that holds the wire message; it is copied.
     * @param offset   of its message header.
     * @param length   in bytes, header included.
     * @return false where there is no room: the same event is offered again later.
     */
    boolean onEvent(RecorderState recorder, long sequence, DirectBuffer buffer, int offset, int length);

    /**
     * Takes note that sequences of a recorder can't come any more.
     *
     * @param recorder     whose they are.
     * @param fromSequence the first.
     * @param toSequence   the last.
     * @param cause        why.
     * @return false where there is no room: the same range is offered again later.
     */
    boolean onVoid(RecorderState recorder, long fromSequence, long toSequence, VoidCause cause);

    /**
     * A position of the journal that no record is before that is not journaled yet.
     *
     * @return in bytes; a moment old, so never too high.
     */
    long journaledPosition();
}
