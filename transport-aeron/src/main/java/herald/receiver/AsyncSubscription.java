package herald.receiver;

import io.aeron.Aeron;
import io.aeron.AvailableImageHandler;
import io.aeron.Subscription;
import io.aeron.UnavailableImageHandler;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;

import java.util.concurrent.TimeUnit;

/**
 * A subscription that is made through one Aeron client after another, without waiting for the driver. Where the driver
 * refuses, since a dead one's port is not free yet for example, it is asked again. Receiver's thread.
 */
public final class AsyncSubscription implements AutoCloseable {
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final AvailableImageHandler NOBODY_ASKS = image -> { };

    private final String channel;
    private final int streamId;
    private final UnavailableImageHandler gone;
    private Aeron aeron;
    private Subscription subscription;
    private long registrationId = Aeron.NULL_VALUE;
    private long retryNs;
    private boolean refusalTold;

    /**
     * None until it is opened.
     *
     * @param channel  as Aeron calls it.
     * @param streamId on which to listen.
     * @param gone     told of each image that is gone, maybe on a thread of Aeron's.
     */
    public AsyncSubscription(final String channel, final int streamId, final UnavailableImageHandler gone) {
        this.channel = channel;
        this.streamId = streamId;
        this.gone = gone;
    }

    /**
     * Waits for the driver.
     *
     * @param client that is connected.
     * @throws RegistrationException where the driver refuses.
     */
    public void openNow(final Aeron client) {
        aeron = client;
        subscription = client.addSubscription(channel, streamId, NOBODY_ASKS, gone);
    }

    /**
     * Asks the driver.
     *
     * @param client of now, or null where there is none.
     */
    public void open(final Aeron client) {
        aeron = client;
        refusalTold = false;
        if (client != null) {
            request();
        }
    }

    private void request() {
        registrationId = aeron.asyncAddSubscription(channel, streamId, NOBODY_ASKS, gone);
    }

    /**
     * What can be polled.
     *
     * @param nowNs monotonic time.
     * @return null as long as the driver has not answered.
     * @throws RegistrationException where the driver refuses, the first time since it was opened.
     */
    public Subscription poll(final long nowNs) {
        if (subscription == null && aeron != null) {
            if (registrationId != Aeron.NULL_VALUE) {
                take(nowNs);
            } else if (nowNs - retryNs >= 0) {
                request();
            }
        }
        return subscription;
    }

    private void take(final long nowNs) {
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

    /**
     * What is there.
     *
     * @return null as long as the driver has not answered.
     */
    public Subscription current() {
        return subscription;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(subscription);
        subscription = null;
        registrationId = Aeron.NULL_VALUE;
        aeron = null;
    }
}
