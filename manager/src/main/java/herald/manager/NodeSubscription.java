package herald.manager;

import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.AvailableImageHandler;
import io.aeron.Subscription;
import io.aeron.UnavailableImageHandler;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.CloseHelper;

import java.util.concurrent.TimeUnit;

/**
 * Where nodes are listened to whose messages are not sealed: on one channel, through one Aeron client after another.
 * Receiver's thread.
 */
final class NodeSubscription implements AutoCloseable {
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final AvailableImageHandler NOBODY_ASKS = image -> { };

    private final String channel;
    private final UnavailableImageHandler gone;
    private Aeron aeron;
    private Subscription subscription;
    private long registrationId = Aeron.NULL_VALUE;
    private long retryNs;
    private boolean refusalTold;

    NodeSubscription(final String channel, final UnavailableImageHandler gone) {
        this.channel = channel;
        this.gone = gone;
    }

    /** Waits for the driver, and throws where it refuses. */
    void openNow(final Aeron client) {
        aeron = client;
        subscription = client.addSubscription(channel, VeniceDescriptor.STREAM_ID, NOBODY_ASKS, gone);
    }

    /** Listens once the driver has answered; where it refuses, it is asked again. */
    void open(final Aeron client) {
        aeron = client;
        refusalTold = false;
        request();
    }

    private void request() {
        registrationId = aeron.asyncAddSubscription(channel, VeniceDescriptor.STREAM_ID, NOBODY_ASKS, gone);
    }

    int poll(final FragmentHandler handler, final int fragmentLimit, final long nowNs) {
        if (subscription == null && aeron != null) {
            awaitSubscription(nowNs);
        }
        return subscription == null ? 0 : subscription.poll(handler, fragmentLimit);
    }

    private void awaitSubscription(final long nowNs) {
        if (registrationId == Aeron.NULL_VALUE) {
            if (nowNs - retryNs >= 0) {
                request();
            }
            return;
        }
        try {
            subscription = aeron.getSubscription(registrationId);
        } catch (final RegistrationException e) {
            registrationId = Aeron.NULL_VALUE;
            retryNs = nowNs + RETRY_NS;
            if (!refusalTold) {
                refusalTold = true;
                throw e;
            }
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(subscription);
        subscription = null;
        registrationId = Aeron.NULL_VALUE;
        aeron = null;
    }
}
