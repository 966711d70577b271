package herald.manager;

import herald.receiver.AsyncSubscription;
import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Where nodes are listened to whose messages are not sealed. Aeron's session ids are unique on one channel only, so
 * each channel assembles its own fragments and tells of its own images. Receiver's thread.
 */
final class NodeSubscription implements AutoCloseable {
    /** Takes what comes on a channel. */
    interface Handler {
        /** A whole message. */
        void onMessage(DirectBuffer buffer, int offset, int length, NodeOrigin origin);

        /** Nothing comes from there any more. */
        void onGone(NodeOrigin origin);
    }

    private final AsyncSubscription subscription;
    private final Handler handler;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);
    private final Queue<Integer> goneImages = new ConcurrentLinkedQueue<>();

    NodeSubscription(final String channel, final Handler handler) {
        this.handler = handler;
        this.subscription = new AsyncSubscription(channel, VeniceDescriptor.STREAM_ID, this::onUnavailableImage);
    }

    /** Waits for the driver, and throws where it refuses. */
    void openNow(final Aeron client) {
        subscription.openNow(client);
    }

    /** Listens once the driver has answered; where it refuses, it is asked again. */
    void open(final Aeron client) {
        subscription.open(client);
    }

    int poll(final int fragmentLimit, final long nowNs) {
        final Subscription opened = subscription.poll(nowNs);
        return opened == null ? 0 : opened.poll(assembler, fragmentLimit);
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        handler.onMessage(buffer, offset, length, new NodeOrigin(this, fragment.sessionId()));
    }

    /** Aeron calls this in the middle of its own work: nothing may be closed here. */
    private void onUnavailableImage(final Image image) {
        goneImages.add(image.sessionId());
    }

    /** Tells of images that are gone; returns how many. */
    int forgetGone() {
        int gone = 0;
        for (Integer image = goneImages.poll(); image != null; image = goneImages.poll()) {
            assembler.freeSessionBuffer(image);
            handler.onGone(new NodeOrigin(this, image));
            gone++;
        }
        return gone;
    }

    @Override
    public void close() {
        subscription.close();
        assembler.clear();
        goneImages.clear();
    }
}
