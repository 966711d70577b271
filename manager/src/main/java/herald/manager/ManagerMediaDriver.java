package herald.manager;

import herald.admission.StreamAdmission;
import herald.engine.LocalMediaDriver;
import herald.engine.ProxyException;
import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.link.CounterId;
import herald.link.DriverIdentity;
import herald.link.DriverOwner;
import herald.link.ErrorSummary;
import herald.link.LinkDescriptor;
import herald.receiver.ReceiverClient;
import io.aeron.Aeron;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The manager's own media driver and its client of it. The client is built again after a pause that was longer than the
 * driver's timeout, the driver where it died or lost its directory. Receiver's thread, once it runs.
 */
final class ManagerMediaDriver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ManagerMediaDriver.class);

    private final String directoryName;
    private final long timeoutMs;
    private final Supplier<StreamAdmission> admissions;
    private final FileAccess access;
    private final NanoClock nanoClock;
    private LocalMediaDriver driver;
    private ReceiverClient client;
    private boolean silent;
    private long silentSinceNs;

    private ManagerMediaDriver(
        final String directoryName, final long timeoutMs, final Supplier<StreamAdmission> admissions,
        final FileAccess access, final NanoClock nanoClock) {
        this.admissions = admissions;
        this.access = access;
        this.directoryName = directoryName;
        this.timeoutMs = timeoutMs;
        this.nanoClock = nanoClock;
    }

    /**
     * Starts a driver.
     *
     * @param directoryName of it.
     * @param timeoutMs     after which driver and clients count each other as dead.
     * @param admissions    makes one for each driver that is started: by which rules nodes are let in over UDP.
     * @param access        who else may be its client.
     * @param nanoClock     of waits.
     * @return the driver, ready for clients.
     * @throws ProxyException where it can't start.
     */
    static ManagerMediaDriver launch(
        final String directoryName, final long timeoutMs, final Supplier<StreamAdmission> admissions,
        final FileAccess access, final NanoClock nanoClock) {
        final ManagerMediaDriver launched =
            new ManagerMediaDriver(directoryName, timeoutMs, admissions, access, nanoClock);
        launched.driver = launched.start();
        return launched;
    }

    private LocalMediaDriver start() {
        return LocalMediaDriver.launch(
            directoryName, timeoutMs, admissions.get(), access,
            error -> LOGGER.warn("media driver: {}", ErrorText.of(error)));
    }

    /** Not before somebody steps it: a client that is not stepped for the driver's timeout is dead. */
    ReceiverClient connect(final CounterId.Sink counters) {
        client = new ReceiverClient(directoryName, new Link(), nanoClock, counters,
            new ErrorSummary(error -> LOGGER.warn("{}", ErrorText.of(error)), nanoClock),
            "nodes hold back their events until there is one again");
        return client;
    }

    private final class Link implements ReceiverClient.Connector {
        @Override
        public Aeron tryConnect(final ErrorHandler errorHandler) {
            return ManagerMediaDriver.this.tryConnect(errorHandler);
        }

        @Override
        public boolean isTrusted() {
            try {
                DriverOwner.require(directoryName, null);
                return true;
            } catch (final IllegalStateException | UncheckedIOException e) {
                return false;
            }
        }
    }

    private Aeron tryConnect(final ErrorHandler errorHandler) {
        DriverOwner.require(directoryName, null);
        if (!DriverIdentity.isAlive(directoryName, timeoutMs)) {
            restartWhereDead();
            return null;
        }
        silent = false;
        final Aeron aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(directoryName)
            .driverTimeoutMs(timeoutMs)
            .keepAliveIntervalNs(LinkDescriptor.keepAliveIntervalNs(timeoutMs))
            .useConductorAgentInvoker(true)
            .errorHandler(errorHandler));
        LOGGER.info("connected to the media driver in {}", directoryName);
        return aeron;
    }

    /** Right after a pause of this process its own driver looks dead too, but one whose file is gone is gone. */
    private void restartWhereDead() {
        final long nowNs = nanoClock.nanoTime();
        if (!silent) {
            silent = true;
            silentSinceNs = nowNs;
        }
        if (DriverIdentity.of(directoryName) == null ||
            nowNs - silentSinceNs > TimeUnit.MILLISECONDS.toNanos(timeoutMs)) {
            silent = false;
            LOGGER.warn("the media driver in {} is dead: starting another one", directoryName);
            CloseHelper.quietClose(driver);
            driver = null;
            driver = start();
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(client, driver);
    }
}
