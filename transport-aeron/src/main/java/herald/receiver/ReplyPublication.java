package herald.receiver;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.exceptions.RegistrationException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;

/**
 * A publication to one sender, added without waiting for the media driver. Receiver's thread.
 */
public final class ReplyPublication implements Replies {
    private static final int TERM_LENGTH = 64 * 1024;
    private static final long MIN_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_RETRY_NS = TimeUnit.SECONDS.toNanos(30);

    private final Aeron aeron;
    private final String channel;
    private final int streamId;
    private final NanoClock clock;
    private long retryNs;
    private long backoffNs = MIN_RETRY_NS;
    private long publicationId;
    private ExclusivePublication publication;

    /**
     * A publication that the driver is asked for now.
     *
     * @param aeron    client that it is added to.
     * @param channel  of the sender.
     * @param streamId on which it hears.
     * @param clock    of waits before the driver is asked again.
     */
    public ReplyPublication(
        final Aeron aeron, final String channel, final int streamId, final NanoClock clock) {
        this.aeron = aeron;
        this.channel = new ChannelUriStringBuilder(channel).termLength(TERM_LENGTH).build();
        this.streamId = streamId;
        this.clock = clock;
        this.publicationId = request();
    }

    private long request() {
        return aeron.asyncAddExclusivePublication(channel, streamId);
    }

    @Override
    public boolean isConnected() {
        if (publication == null) {
            if (publicationId == Aeron.NULL_VALUE) {
                publicationId = clock.nanoTime() - retryNs >= 0 ? request() : Aeron.NULL_VALUE;
            } else {
                poll();
            }
        }
        return publication != null && publication.isConnected();
    }

    /** Where the driver has no room for its buffers, this recorder waits, longer each time, and no other. */
    private void poll() {
        try {
            publication = aeron.getExclusivePublication(publicationId);
        } catch (final RegistrationException e) {
            publicationId = Aeron.NULL_VALUE;
            retryNs = clock.nanoTime() + backoffNs;
            backoffNs = Math.min(backoffNs * 2, MAX_RETRY_NS);
        }
    }

    @Override
    public boolean send(final DirectBuffer reply, final int length) {
        return publication.offer(reply, 0, length) > 0;
    }

    @Override
    public void close() {
        if (publication != null) {
            publication.close();
        } else if (publicationId != Aeron.NULL_VALUE && !aeron.isClosed()) {
            aeron.asyncRemovePublication(publicationId);
        }
    }
}
