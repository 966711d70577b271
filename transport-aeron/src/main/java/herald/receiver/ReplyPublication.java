package herald.receiver;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.exceptions.RegistrationException;
import org.agrona.DirectBuffer;

/**
 * A publication to one sender, added without waiting for the media driver. Receiver's thread.
 */
final class ReplyPublication implements Replies {
    private static final int TERM_LENGTH = 64 * 1024;

    private final Aeron aeron;
    private final String channel;
    private final int streamId;
    private long publicationId;
    private ExclusivePublication publication;

    ReplyPublication(final Aeron aeron, final String channel, final int streamId) {
        this.aeron = aeron;
        this.channel = new ChannelUriStringBuilder(channel).termLength(TERM_LENGTH).build();
        this.streamId = streamId;
        this.publicationId = request();
    }

    private long request() {
        return aeron.asyncAddExclusivePublication(channel, streamId);
    }

    @Override
    public boolean isConnected() {
        if (publication == null) {
            try {
                publication = aeron.getExclusivePublication(publicationId);
            } catch (final RegistrationException e) {
                // The driver had no room for its buffers: this recorder waits for replies, the others do not.
                publicationId = request();
            }
        }
        return publication != null && publication.isConnected();
    }

    @Override
    public boolean send(final DirectBuffer reply, final int length) {
        return publication.offer(reply, 0, length) > 0;
    }

    @Override
    public void close() {
        if (publication != null) {
            publication.close();
        } else if (!aeron.isClosed()) {
            aeron.asyncRemovePublication(publicationId);
        }
    }
}
