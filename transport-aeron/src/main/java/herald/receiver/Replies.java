package herald.receiver;

import org.agrona.DirectBuffer;

/**
 * The way back to one recorder. Receiver's thread.
 */
interface Replies extends AutoCloseable {
    /** Whether the recorder hears. */
    boolean isConnected();

    /**
     * Sends a reply.
     *
     * @param reply  that holds it, from its start.
     * @param length in bytes.
     * @return false where the recorder does not take it now.
     */
    boolean send(DirectBuffer reply, int length);

    @Override
    void close();
}
