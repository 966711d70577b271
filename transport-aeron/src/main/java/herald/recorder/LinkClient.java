package herald.recorder;

import herald.io.ErrorText;
import herald.link.DriverIdentity;
import herald.link.DriverOwner;
import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import herald.link.LocalAddress;
import herald.link.TermMemory;
import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One life of a recorder's Aeron client: built when a media driver is there, closed when that driver is gone. Runs in
 * invoker mode, stepped under the send lock: a client that closes by itself unmaps the buffers of a running claim.
 */
final class LinkClient implements AutoCloseable {
    private final String directoryName;
    private final DriverIdentity driver;
    private final LinkTrouble trouble;
    private final int termLength;
    private final Aeron aeron;
    private final int replyStreamId;
    private final long publicationId;
    private final long subscriptionId;
    private ExclusivePublication publication;
    private Subscription subscription;
    private String replyEndpoint;
    private volatile boolean failed;

    private LinkClient(
        final EventRecorder.Context context,
        final String directoryName,
        final int termLength,
        final String replyChannel,
        final DriverIdentity driver,
        final LinkTrouble trouble) {
        this.directoryName = directoryName;
        this.driver = driver;
        this.trouble = trouble;
        this.termLength = termLength;
        this.aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(directoryName)
            .driverTimeoutMs(context.driverTimeoutMs)
            .keepAliveIntervalNs(LinkDescriptor.keepAliveIntervalNs(context.driverTimeoutMs))
            .useConductorAgentInvoker(true)
            .errorHandler(error -> {
                failed = true;
                trouble.onError(error);
            }));
        this.replyStreamId = replyStreamId(aeron.nextCorrelationId());
        this.publicationId = aeron.asyncAddExclusivePublication(
            eventChannel(context.remoteProxy, termLength), LinkDescriptor.EVENT_STREAM_ID);
        this.subscriptionId = aeron.asyncAddSubscription(replyChannel, replyStreamId);
    }

    /**
     * Connects to the media driver, if one is alive.
     *
     * @param context    of the recorder.
     * @param termLength of the stream of events, in bytes.
     * @param trouble    told what goes wrong.
     * @return the client, or null where no driver answers.
     */
    static LinkClient tryConnect(
        final EventRecorder.Context context, final int termLength, final LinkTrouble trouble) {
        final String directoryName = context.driverDirectory();
        // Before anything there is opened: who made a pipe there would hold up this thread.
        DriverOwner.require(directoryName, context.dataDir);
        final DriverIdentity driver = DriverIdentity.of(directoryName);
        if (driver == null || !DriverIdentity.isAlive(directoryName, context.driverTimeoutMs)) {
            return null;
        }
        DriverOwner.require(directoryName, context.dataDir);
        return new LinkClient(context, directoryName, termLength, replyChannel(context.remoteProxy), driver, trouble);
    }

    private static String eventChannel(final RemoteProxy remote, final int termLength) {
        return new ChannelUriStringBuilder(remote == null ? LinkDescriptor.IPC_CHANNEL : remote.endpoint().channel())
            .termLength(termLength)
            .build();
    }

    /** From another host on a port that the driver chooses. */
    private static String replyChannel(final RemoteProxy remote) {
        if (remote == null) {
            return LinkDescriptor.IPC_CHANNEL;
        }
        if (remote.replyHost() != null) {
            return new Endpoint(remote.replyHost(), 0).channel();
        }
        try {
            return new Endpoint(LocalAddress.towards(remote.endpoint()), 0).channel();
        } catch (final IOException e) {
            throw new UncheckedIOException("no way to the proxy at " + remote.endpoint() + ": " + ErrorText.of(e), e);
        }
    }

    private static int replyStreamId(final long correlationId) {
        final int id = (int)(correlationId & Integer.MAX_VALUE);
        return id == LinkDescriptor.EVENT_STREAM_ID ? Integer.MAX_VALUE : id;
    }

    /**
     * Gives the client its turn. What goes wrong makes it dead.
     *
     * @return work done; what the client itself does is none, since its timers would keep an idle thread awake.
     */
    int step() {
        try {
            aeron.conductorAgentInvoker().invoke();
            return awaitRegistrations();
        } catch (final RuntimeException e) {
            failed = true;
            trouble.onError(e);
            return 1;
        }
    }

    private int awaitRegistrations() {
        int work = 0;
        if (publication == null) {
            publication = addedPublication();
            work += publication == null ? 0 : 1;
        }
        if (subscription == null) {
            subscription = aeron.getSubscription(subscriptionId);
            work += subscription == null ? 0 : 1;
        } else if (replyEndpoint == null) {
            replyEndpoint = resolveReplyEndpoint();
            work += replyEndpoint == null ? 0 : 1;
        }
        return work;
    }

    /** Not used before it has its memory: a driver from outside may leave holes in its terms. */
    private ExclusivePublication addedPublication() {
        try {
            final ExclusivePublication added = aeron.getExclusivePublication(publicationId);
            if (added != null) {
                TermMemory.reserve(directoryName, publicationId, termLength);
            }
            return added;
        } catch (final RegistrationException e) {
            throw TermMemory.refusal(directoryName, e);
        }
    }

    /** Over IPC there is none, and it is known at once. */
    private String resolveReplyEndpoint() {
        final String channel = subscription.tryResolveChannelEndpointPort();
        return channel == null ? null : channel.substring(channel.indexOf('=') + 1);
    }

    /**
     * Whether this client can't serve any more.
     *
     * @return true where it failed or was closed.
     */
    boolean isDead() {
        return failed || aeron.isClosed();
    }

    /**
     * Whether another driver has taken the directory: this client's would be noticed as dead only after a timeout.
     *
     * @return true where the driver's file is another one's now, or gone.
     */
    boolean isDriverReplaced() {
        return !driver.isIn(directoryName);
    }

    /** A proxy whose client died has closed its replies, even if its next client is on the stream of events already. */
    boolean isAnswered() {
        return subscription.isConnected();
    }

    boolean isConnected() {
        return publication != null && replyEndpoint != null && publication.isConnected();
    }

    ExclusivePublication publication() {
        return publication;
    }

    Subscription subscription() {
        return subscription;
    }

    /**
     * Where a proxy on another host reaches this client.
     *
     * @return address and port, once connected.
     */
    String replyEndpoint() {
        return replyEndpoint;
    }

    int replyStreamId() {
        return replyStreamId;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(aeron);
    }
}
