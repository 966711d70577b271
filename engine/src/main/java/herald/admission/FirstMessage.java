package herald.admission;

import org.agrona.DirectBuffer;

/**
 * Judges the message with which a stream from another host has to begin. Until one is genuine, nothing is allocated for
 * its sender. The media driver's thread.
 */
public interface FirstMessage {
    /** What a message is. */
    enum Verdict {
        /** The one that opens a stream. */
        GENUINE,
        /** It looks like it, and its sender has not the key. */
        FORGED,
        /** It was genuine once. */
        REPLAYED,
        /** Another message: on its way when its stream ended, for example. */
        OTHER
    }

    /**
     * Looks at a message.
     *
     * @param buffer    that holds it.
     * @param offset    where it begins, behind Aeron's header.
     * @param length    in bytes.
     * @param sessionId of the stream that it came on, Aeron's.
     * @return what it is.
     */
    Verdict judge(DirectBuffer buffer, int offset, int length, int sessionId);

    /**
     * For streams that begin with anything.
     *
     * @return takes all of them.
     */
    static FirstMessage anything() {
        return (buffer, offset, length, sessionId) -> Verdict.GENUINE;
    }
}
