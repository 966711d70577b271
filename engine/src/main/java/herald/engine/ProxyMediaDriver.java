package herald.engine;

import herald.admission.KnockCheck;
import herald.admission.StreamAdmission;
import herald.admission.StreamRule;
import herald.io.ErrorText;
import herald.io.OutOfMemory;
import herald.link.CounterId;
import herald.link.DriverLiveness;
import herald.link.DriverOwner;
import herald.link.ErrorSummary;
import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.link.RestingIdleStrategy;
import herald.receiver.ClaimedDriver;
import herald.receiver.DriverInUseException;
import herald.receiver.ReceiverClient;
import herald.receiver.ReceiverCounter;
import io.aeron.Aeron;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The media driver that a proxy uses, its own or one that is alive in the configured directory, and the proxy's client
 * of it. Whichever of the two dies, the proxy goes on: where no driver lives it starts one, at its start and at any
 * later time, unless it was told to wait for one from outside; and it builds its client again.
 *
 * <p>What a driver that was killed has left is removed before another one starts: see {@link DriverDirectory}.
 */
final class ProxyMediaDriver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProxyMediaDriver.class);
    /** A recorder fills half a term in no less. */
    private static final long IPC_PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);
    /** A recorder may wait for room in its term, but nothing takes the core of the thread that records. */
    private static final long IPC_LOW_LATENCY_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long OWN_PID = ProcessHandle.current().pid();
    private static final long CLAIM_PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long CLAIM_PARK_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final EventProxy.Context context;
    private final String directoryName;
    private LocalMediaDriver driver;
    private volatile StreamAdmission admission;
    private volatile CounterId.Sink counters;
    private ReceiverClient client;
    private long silentSinceNs;
    private boolean silent;
    private long connectingPid;
    /** Process of the driver that the client is connected to; 0 before it is. */
    private volatile long linkedPid;
    private long provenPid;
    private boolean seenDead;
    private volatile String failure;

    private ProxyMediaDriver(final EventProxy.Context context) {
        this.context = context;
        this.directoryName = context.embedInOwnDirectory ?
            HeraldDirectory.aeronDir(context.dataDir).toString() : context.aeronDirectoryName;
    }

    static ProxyMediaDriver launch(final EventProxy.Context context) {
        final ProxyMediaDriver launched = new ProxyMediaDriver(context);
        try {
            launched.start();
            return launched;
        } catch (final AeronException | IllegalStateException | UncheckedIOException e) {
            throw launched.unusable(e);
        }
    }

    private void start() {
        // Before anything there is opened: who made a pipe there would hold up the start.
        DriverOwner.require(directoryName, context.dataDir);
        final DriverLiveness found = DriverLiveness.of(directoryName, context.driverTimeoutMs);
        if (found.state() == DriverLiveness.State.INCOMPATIBLE) {
            throw new ProxyException(found.reason(directoryName) + ", or choose another directory with --aeron-dir");
        }
        // The data directory's lock says that nobody else's driver can live in the directory that is its own.
        final boolean mayEmbed = found.isReplaceable() ||
            (context.embedInOwnDirectory && found.state() == DriverLiveness.State.UNPROVEN);
        if (!context.externalDriver && mayEmbed) {
            driver = embed();
        } else if (!found.isUsable()) {
            complainOf(found);
        }
    }

    private ProxyException unusable(final RuntimeException cause) {
        return new ProxyException("cannot use the media driver in " + directoryName + ": " + ErrorText.of(cause) +
            "; choose another directory with --aeron-dir", cause);
    }

    /** Not before somebody steps it: a client that is not stepped for the driver's timeout is dead. */
    ReceiverClient connect(final CounterId.Sink sink, final UUID directoryId) {
        counters = sink;
        if (failure != null) {
            counters.add(ReceiverCounter.DRIVER_MISSING, 1);
        }
        final Link link = new Link(new ClaimedDriver(this::tryConnect, directoryId, context.dataDir.toString()));
        final long deadlineNs = System.nanoTime() + CLAIM_PATIENCE_NS;
        while (client == null) {
            try {
                client = new ReceiverClient(directoryName, link, context.nanoClock, sink,
                    new ErrorSummary(error -> LOGGER.warn("{}", ErrorText.of(error)), context.nanoClock));
            } catch (final DriverInUseException e) {
                awaitOther(e, deadlineNs);
            } catch (final AeronException | IllegalStateException e) {
                throw unusable(e);
            }
        }
        client.onProven(this::onProven);
        return client;
    }

    /** Says whether there is one: a driver that serves the proxy of another directory is none. */
    private final class Link implements ReceiverClient.Connector {
        private final ClaimedDriver claimed;

        Link(final ClaimedDriver claimed) {
            this.claimed = claimed;
        }

        @Override
        public Aeron tryConnect(final ErrorHandler errorHandler) {
            try {
                final Aeron aeron = claimed.tryConnect(errorHandler);
                if (aeron != null) {
                    // Not before it is this proxy's: another one is asked again and again.
                    LOGGER.info("connected to the media driver in {}", directoryName);
                    linkedPid = connectingPid;
                    linked();
                }
                return aeron;
            } catch (final DriverInUseException e) {
                complain(e.getMessage());
                throw e;
            }
        }

        @Override
        public String conflict(final Aeron aeron) {
            return claimed.conflict(aeron);
        }

        @Override
        public boolean isTrusted() {
            return !isForeign();
        }
    }

    /** A proxy that has just closed is forgotten by the driver a moment later. */
    private static void awaitOther(final DriverInUseException refusal, final long deadlineNs) {
        if (System.nanoTime() - deadlineNs >= 0) {
            throw new ProxyException(refusal.getMessage(), refusal);
        }
        LockSupport.parkNanos(CLAIM_PARK_NS);
    }

    /** Nothing goes through a driver over IPC: it cleans terms and moves limits, and is not to disturb who records. */
    private static IdleStrategy idleStrategy(final EventProxy.Context context) {
        final long ipcParkNs = context.profile.spins() ? IPC_LOW_LATENCY_PARK_NS : IPC_PARK_NS;
        return context.remoteListener == null && context.maxParkNs < ipcParkNs ?
            new RestingIdleStrategy(ipcParkNs, ipcParkNs) : new RestingIdleStrategy(context.maxParkNs);
    }

    /** A driver from outside has rules of its own. */
    private void onProven(final int sessionId) {
        if (admission != null) {
            admission.onProven(LinkDescriptor.EVENT_STREAM_ID, sessionId);
        }
    }

    private StreamAdmission newAdmission() {
        final CounterId.Sink sink = (counter, amount) -> {
            if (counters != null) {
                counters.add(counter, amount);
            }
        };
        return context.remoteListener == null ? new StreamAdmission(sink) :
            new StreamAdmission(sink, new StreamRule(LinkDescriptor.EVENT_STREAM_ID, StreamAdmission.MAX_TERM_LENGTH,
                new KnockCheck(context.remoteListener.key()), true));
    }

    /** Whether it is this process's own, and none from outside. */
    boolean isEmbedded() {
        return driver != null;
    }

    private LocalMediaDriver embed() {
        admission = newAdmission();
        return LocalMediaDriver.start(
            LocalMediaDriver.context(
                directoryName, context.driverTimeoutMs, this::onDriverError)
                .threadingMode(context.threadingMode == herald.engine.ThreadingMode.INVOKER ?
                    ThreadingMode.INVOKER : ThreadingMode.SHARED)
                .sharedIdleStrategy(idleStrategy(context)),
            admission, context.maxEventLength, context.access);
    }

    /** It goes on with anything that it can go on with. */
    private void onDriverError(final Throwable error) {
        LOGGER.error("media driver: {}", error.toString());
        if (OutOfMemory.isIn(error)) {
            context.failureListener.accept(error);
        }
    }

    private Aeron tryConnect(final ErrorHandler errorHandler) {
        if (isForeign()) {
            return null;
        }
        DriverLiveness found = DriverLiveness.of(directoryName, context.driverTimeoutMs);
        if (!found.isUsable() && !context.externalDriver && startsAnother(found)) {
            found = DriverLiveness.of(directoryName, context.driverTimeoutMs);
        }
        if (!found.isUsable()) {
            complainOf(found);
            return null;
        }
        silent = false;
        if (isForeign()) {
            return null;
        }
        leaveToAnother();
        final Aeron aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(directoryName)
            .driverTimeoutMs(context.driverTimeoutMs)
            .keepAliveIntervalNs(LinkDescriptor.keepAliveIntervalNs(context.driverTimeoutMs))
            .driverAgentInvoker(driver == null ? null : driver.sharedAgentInvoker())
            .useConductorAgentInvoker(true)
            .errorHandler(errorHandler));
        connectingPid = found.pid();
        return aeron;
    }

    /**
     * Looks whether the driver that the client is connected to lives: the client itself notices after the driver's
     * timeout. For about once a second, in a thread that may read files.
     */
    void look() {
        final long pid = linkedPid;
        if (pid == 0 || pid == OWN_PID || isForeign()) {
            return;
        }
        final DriverLiveness found = DriverLiveness.of(directoryName, context.driverTimeoutMs);
        synchronized (this) {
            if (pid != linkedPid) {
                return;
            }
            provenPid = found.state() == DriverLiveness.State.ALIVE ? found.pid() : provenPid;
            // One that was seen once has ended where it is not seen any more.
            final boolean lives = found.pid() == pid && !found.isReplaceable() &&
                !(found.state() == DriverLiveness.State.UNPROVEN && provenPid == pid);
            if (!lives && failure == null) {
                seenDead = true;
                complain("no media driver is alive in " + directoryName);
            } else if (lives && seenDead) {
                linked();
            }
        }
    }

    /**
     * Starts a driver where there is none, or a dead one. Right after a pause of this process its own driver looks
     * dead too: it gets the time that it is given always, unless its directory was removed under it.
     */
    private boolean startsAnother(final DriverLiveness found) {
        if (!found.isReplaceable() || (isOwn(found) && !wasSilentForLong())) {
            return false;
        }
        silent = false;
        LOGGER.warn("no media driver is alive in {}: starting one", directoryName);
        CloseHelper.quietClose(driver);
        driver = null;
        driver = embed();
        return true;
    }

    private boolean isOwn(final DriverLiveness found) {
        return driver != null && found.state() == DriverLiveness.State.DEAD;
    }

    private boolean wasSilentForLong() {
        final long nowNs = context.nanoClock.nanoTime();
        if (!silent) {
            silent = true;
            silentSinceNs = nowNs;
        }
        return nowNs - silentSinceNs > TimeUnit.MILLISECONDS.toNanos(context.driverTimeoutMs);
    }

    /** Where another driver has taken the directory, the own one serves nobody. */
    private void leaveToAnother() {
        if (driver != null && !driver.isPublished()) {
            LOGGER.warn("another media driver has taken {}: using that one", directoryName);
            CloseHelper.quietClose(driver);
            driver = null;
        }
    }

    private boolean isForeign() {
        try {
            DriverOwner.require(directoryName, context.dataDir);
            return false;
        } catch (final IllegalStateException | UncheckedIOException e) {
            complain(ErrorText.of(e));
            return true;
        }
    }

    private void complainOf(final DriverLiveness found) {
        complain(found.isReplaceable() ? "no media driver is alive in " + directoryName : found.reason(directoryName));
    }

    private synchronized void complain(final String text) {
        if (failure == null && counters != null) {
            counters.add(ReceiverCounter.DRIVER_MISSING, 1);
        }
        if (!text.equals(failure)) {
            failure = text;
            LOGGER.warn("waiting for a media driver: {}; recorders keep events in their spools", text);
        }
    }

    private synchronized void linked() {
        seenDead = false;
        if (failure != null) {
            failure = null;
            counters.add(ReceiverCounter.DRIVER_MISSING, -1);
        }
    }

    /**
     * Why there is no link to recorders. Any thread.
     *
     * @return null where there is one.
     */
    String failure() {
        return failure;
    }

    String directoryName() {
        return directoryName;
    }

    /** The own driver's agents where the embedder steps everything. */
    List<Agent> agents() {
        final boolean isStepped = context.threadingMode == herald.engine.ThreadingMode.INVOKER;
        return isStepped && !context.externalDriver ? List.of(new DriverAgent()) : List.of();
    }

    /** Steps the driver of now, which is started, and closed, by itself. */
    private final class DriverAgent implements Agent {
        @Override
        public int doWork() {
            final AgentInvoker invoker = driver == null ? null : driver.sharedAgentInvoker();
            return invoker == null ? 0 : invoker.invoke();
        }

        @Override
        public String roleName() {
            return "herald-media-driver";
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(client, driver);
    }
}
