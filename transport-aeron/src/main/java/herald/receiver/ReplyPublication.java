package herald.receiver;

import herald.io.ErrorText;
import herald.link.CounterId;
import herald.link.SharedMemoryFullException;
import herald.link.TermMemory;
import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;
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
    private final CounterId.Sink counters;
    private boolean complained;
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
     * @param counters told of waits for room in shared memory.
     */
    public ReplyPublication(
        final Aeron aeron, final String channel, final int streamId, final NanoClock clock,
        final CounterId.Sink counters) {
        this.aeron = aeron;
        this.channel = new ChannelUriStringBuilder(channel).termLength(TERM_LENGTH).build();
        this.streamId = streamId;
        this.clock = clock;
        this.counters = counters;
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

    /** Where there is no room for its buffers, this recorder waits, longer each time, and no other. */
    private void poll() {
        ExclusivePublication added = null;
        try {
            added = aeron.getExclusivePublication(publicationId);
            if (added != null) {
                TermMemory.reserve(aeron.context().aeronDirectoryName(), publicationId, TERM_LENGTH);
                publication = added;
            }
        } catch (final RegistrationException | SharedMemoryFullException e) {
            CloseHelper.quietClose(added);
            noteWhereFull(e);
            publicationId = Aeron.NULL_VALUE;
            retryNs = clock.nanoTime() + backoffNs;
            backoffNs = Math.min(backoffNs * 2, MAX_RETRY_NS);
        }
    }

    /** What else is wrong with a sender's address is its own affair. */
    private void noteWhereFull(final RuntimeException e) {
        final RuntimeException refusal = e instanceof RegistrationException registration ?
            TermMemory.refusal(aeron.context().aeronDirectoryName(), registration) : e;
        if (refusal instanceof SharedMemoryFullException) {
            counters.increment(ReceiverCounter.REPLIES_WITHOUT_ROOM);
            if (!complained) {
                complained = true;
                aeron.context().errorHandler().onError(new SharedMemoryFullException(
                    "a sender gets no replies, its events wait: " + ErrorText.of(refusal), refusal));
            }
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
