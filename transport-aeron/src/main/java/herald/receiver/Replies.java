package herald.receiver;

import org.agrona.DirectBuffer;

/**
 * The way back to one sender. Receiver's thread.
 */
public interface Replies extends AutoCloseable {
    /**
     * Whether the sender hears.
     *
     * @return false where it is not connected, or no more.
     */
    boolean isConnected();

    /**
     * Sends a reply. Only while it is connected.
     *
     * @param reply  that holds it, from its start.
     * @param length in bytes.
     * @return false where the sender does not take it now.
     */
    boolean send(DirectBuffer reply, int length);

    @Override
    void close();
}
