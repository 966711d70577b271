package herald.manager;

import herald.receiver.Replies;
import io.aeron.ExclusivePublication;
import org.agrona.DirectBuffer;

/**
 * The way back to a node that nothing is sealed to. Receiver's thread.
 *
 * @param publication to the node; closed with this.
 */
record PlainReplies(ExclusivePublication publication) implements Replies {
    @Override
    public boolean isConnected() {
        return publication.isConnected();
    }

    @Override
    public boolean send(final DirectBuffer reply, final int length) {
        return publication.offer(reply, 0, length) > 0;
    }

    @Override
    public void close() {
        publication.close();
    }
}
