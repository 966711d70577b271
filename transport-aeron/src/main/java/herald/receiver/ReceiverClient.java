package herald.receiver;

import herald.io.ErrorText;
import herald.io.OutOfMemory;
import herald.link.CounterId;
import herald.link.DriverIdentity;
import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.ChannelEndpointException;
import io.aeron.exceptions.RegistrationException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The receiver's Aeron client, one after another: closed when it or its media driver is dead, and built again, with
 * backoff, as soon as a driver is alive in the same directory. Runs in invoker mode. Receiver's thread.
 *
 * <p>A client dies of more than its driver: a process that was stopped for longer than the driver's timeout, or a
 * thread that was held up by a disk for as long, finds that the driver has given its buffers to others.
 */
public final class ReceiverClient implements AutoCloseable {
    /** Builds clients. */
    @FunctionalInterface
    public interface Connector {
        /**
         * Builds a client in invoker mode where a media driver is alive.
         *
         * @param errorHandler of the client.
         * @return null where none is.
         */
        Aeron tryConnect(ErrorHandler errorHandler);

        /**
         * Says why a client that was built must not be used any more, though its driver is well.
         *
         * @param aeron the client.
         * @return null where it may.
         */
        default String conflict(final Aeron aeron) {
            return null;
        }

        /**
         * Whether files in the driver's directory may be opened.
         *
         * @return false where they may be of somebody who is not trusted.
         */
        default boolean isTrusted() {
            return true;
        }
    }

    private static final long DRIVER_CHECK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MIN_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String directoryName;
    private final Connector connector;
    private final CounterId.Sink counters;
    private final ErrorHandler errorHandler;
    private final String meanwhile;
    private IntConsumer provenListener = sessionId -> {
    };
    private Aeron aeron;
    private DriverIdentity driver;
    private Throwable deathCause;
    private boolean complained;
    private long driverCheckNs;
    private long deadlineNs;
    private long backoffNs = MIN_BACKOFF_NS;

    /**
     * A client that is connected at once where a driver is alive.
     *
     * @param directoryName of the media driver.
     * @param connector     builds clients; what it throws the first time is thrown here.
     * @param nanoClock     of timers, the receiver's.
     * @param counters      told of losses.
     * @param errorHandler  told once of every loss.
     */
    public ReceiverClient(
        final String directoryName,
        final Connector connector,
        final NanoClock nanoClock,
        final CounterId.Sink counters,
        final ErrorHandler errorHandler) {
        this(directoryName, connector, nanoClock, counters, errorHandler,
            "events stay in the spools of their recorders until there is one again");
    }

    /**
     * A client that is connected at once where a driver is alive, with a message of its own for losses.
     *
     * @param directoryName of the media driver.
     * @param connector     builds clients; what it throws the first time is thrown here.
     * @param nanoClock     of timers, the receiver's.
     * @param counters      told of losses.
     * @param errorHandler  told once of every loss.
     * @param meanwhile     what senders do until there is a driver again, for the message.
     */
    public ReceiverClient(
        final String directoryName,
        final Connector connector,
        final NanoClock nanoClock,
        final CounterId.Sink counters,
        final ErrorHandler errorHandler,
        final String meanwhile) {
        this.meanwhile = meanwhile;
        this.directoryName = directoryName;
        this.connector = connector;
        this.counters = counters;
        this.errorHandler = errorHandler;
        connect(nanoClock.nanoTime());
    }

    /**
     * Lets somebody know of senders on other hosts that have proved themselves, for a media driver that drops the
     * others.
     *
     * @param listener told the Aeron session id of each, on the receiver's thread.
     */
    public void onProven(final IntConsumer listener) {
        provenListener = listener;
    }

    void tellProven(final int sessionId) {
        provenListener.accept(sessionId);
    }

    /**
     * The client of now.
     *
     * @return null while no media driver is there.
     */
    public Aeron aeron() {
        return aeron;
    }

    /**
     * Gives the client its turn, buries a dead one and builds the next.
     *
     * @param nowNs of the receiver's clock.
     * @return work done; what the client itself does is none, since its timers would keep an idle thread awake.
     */
    public int step(final long nowNs) {
        if (aeron == null) {
            return nowNs - deadlineNs >= 0 ? tryConnect(nowNs) : 0;
        }
        aeron.conductorAgentInvoker().invoke();
        if (deathCause == null && aeron.isClosed()) {
            deathCause = new AeronException("the client has closed");
        }
        if (deathCause == null && nowNs - driverCheckNs >= 0) {
            checkDriver(nowNs);
        }
        if (deathCause == null) {
            return 0;
        }
        lose(nowNs);
        return 1;
    }

    private int tryConnect(final long nowNs) {
        try {
            connect(nowNs);
        } catch (final RuntimeException e) {
            if (!complained) {
                complained = true;
                errorHandler.onError(e);
            }
        }
        if (aeron == null) {
            backOff(nowNs);
            return 0;
        }
        return 1;
    }

    private void connect(final long nowNs) {
        // Named before, if it can be: where another one takes its place meanwhile, that is noticed.
        final DriverIdentity before = connector.isTrusted() ? DriverIdentity.of(directoryName) : null;
        deathCause = null;
        aeron = connector.tryConnect(this::onError);
        driver = before == null && aeron != null ? DriverIdentity.of(directoryName) : before;
        driverCheckNs = nowNs + DRIVER_CHECK_INTERVAL_NS;
    }

    private void backOff(final long nowNs) {
        deadlineNs = nowNs + backoffNs;
        backoffNs = Math.min(backoffNs * 2, MAX_BACKOFF_NS);
    }

    private void checkDriver(final long nowNs) {
        driverCheckNs = nowNs + DRIVER_CHECK_INTERVAL_NS;
        backoffNs = MIN_BACKOFF_NS;
        if (driver == null || !driver.isIn(directoryName)) {
            deathCause = new AeronException("the driver's file is gone or another driver's");
            return;
        }
        final String conflict = connector.conflict(aeron);
        if (conflict != null) {
            deathCause = new DriverInUseException(conflict);
        }
    }

    private void lose(final long nowNs) {
        counters.increment(ReceiverCounter.DRIVER_LOST);
        errorHandler.onError(new IllegalStateException("lost the media driver in " + directoryName + " (" +
            ErrorText.of(deathCause) + "): " + meanwhile, deathCause));
        complained = false;
        CloseHelper.quietClose(aeron);
        aeron = null;
        backOff(nowNs);
    }

    /**
     * Takes note of what a call of Aeron's said. What is wrong with one channel or one registration is told and lived
     * with, everything else is the end of this client.
     *
     * @param error as it came.
     */
    public void onError(final Throwable error) {
        OutOfMemory.passOn(error);
        final boolean isDeadly = error instanceof AeronException && !(error instanceof RegistrationException) &&
            !(error instanceof ChannelEndpointException);
        if (!isDeadly) {
            errorHandler.onError(error);
        } else if (deathCause == null) {
            deathCause = error;
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(aeron);
        aeron = null;
    }
}
