package herald.recorder;

import herald.link.DriverIdentity;
import herald.link.LinkDescriptor;
import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/**
 * One life of a recorder's Aeron client: built when a media driver is there, closed when that driver is gone. Runs in
 * invoker mode, stepped under the send lock: a client that closes by itself unmaps the buffers of a running claim.
 */
final class LinkClient implements AutoCloseable {
    private final String directoryName;
    private final DriverIdentity driver;
    private final ErrorHandler errorHandler;
    private final Aeron aeron;
    private final int replyStreamId;
    private final long publicationId;
    private final long subscriptionId;
    private ExclusivePublication publication;
    private Subscription subscription;
    private volatile boolean failed;

    private LinkClient(
        final EventRecorder.Context context, final int termLength, final DriverIdentity driver) {
        this.directoryName = context.aeronDirectoryName;
        this.driver = driver;
        this.errorHandler = context.errorHandler;
        this.aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(context.aeronDirectoryName)
            .driverTimeoutMs(context.driverTimeoutMs)
            .keepAliveIntervalNs(LinkDescriptor.keepAliveIntervalNs(context.driverTimeoutMs))
            .useConductorAgentInvoker(true)
            .errorHandler(error -> {
                failed = true;
                errorHandler.onError(error);
            }));
        this.replyStreamId = replyStreamId(aeron.nextCorrelationId());
        this.publicationId =
            aeron.asyncAddExclusivePublication(eventChannel(termLength), LinkDescriptor.EVENT_STREAM_ID);
        this.subscriptionId = aeron.asyncAddSubscription(LinkDescriptor.IPC_CHANNEL, replyStreamId);
    }

    /**
     * Connects to the media driver, if one is alive.
     *
     * @param context    of the recorder.
     * @param termLength of the stream of events, in bytes.
     * @return the client, or null where no driver answers.
     */
    static LinkClient tryConnect(final EventRecorder.Context context, final int termLength) {
        final DriverIdentity driver = DriverIdentity.of(context.aeronDirectoryName);
        if (driver == null || !DriverIdentity.isAlive(context.aeronDirectoryName, context.driverTimeoutMs)) {
            return null;
        }
        return new LinkClient(context, termLength, driver);
    }

    private static String eventChannel(final int termLength) {
        return new ChannelUriStringBuilder(LinkDescriptor.IPC_CHANNEL)
            .termLength(termLength)
            .build();
    }

    private static int replyStreamId(final long correlationId) {
        final int id = (int)(correlationId & Integer.MAX_VALUE);
        return id == LinkDescriptor.EVENT_STREAM_ID ? Integer.MAX_VALUE : id;
    }

    /**
     * Gives the client its turn. What goes wrong makes it dead.
     *
     * @return work done.
     */
    int step() {
        try {
            return aeron.conductorAgentInvoker().invoke() + awaitRegistrations();
        } catch (final RuntimeException e) {
            failed = true;
            errorHandler.onError(e);
            return 1;
        }
    }

    private int awaitRegistrations() {
        int work = 0;
        if (publication == null) {
            publication = aeron.getExclusivePublication(publicationId);
            work += publication == null ? 0 : 1;
        }
        if (subscription == null) {
            subscription = aeron.getSubscription(subscriptionId);
            work += subscription == null ? 0 : 1;
        }
        return work;
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
        return !driver.equals(DriverIdentity.of(directoryName));
    }

    /** A proxy whose client died has closed its replies, even if its next client is on the stream of events already. */
    boolean isAnswered() {
        return subscription.isConnected();
    }

    boolean isConnected() {
        return publication != null && subscription != null && publication.isConnected();
    }

    ExclusivePublication publication() {
        return publication;
    }

    Subscription subscription() {
        return subscription;
    }

    int replyStreamId() {
        return replyStreamId;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(aeron);
    }
}
