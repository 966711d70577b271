package herald.engine;

import herald.admission.StreamAdmission;
import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.io.HostBounds;
import herald.io.SystemDisk;
import herald.link.DriverLiveness;
import herald.link.ErrorSummary;
import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.link.RestingIdleStrategy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.SystemNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A media driver as Herald's links need it, in this process: for a proxy that embeds one, and for a process that does
 * nothing else, so that proxy and recorders come and go beside it.
 */
public final class LocalMediaDriver implements AutoCloseable {
    /** Shortest time without a sign of life after which clients and driver count each other as dead, in ms. */
    public static final long MIN_TIMEOUT_MS = 1_000;
    /** Longest such time, in ms. */
    public static final long MAX_TIMEOUT_MS = TimeUnit.HOURS.toMillis(1);

    private static final int MAX_REMOTE_STREAMS = 4096;
    private static final long NEEDED_LENGTH = 32L * 1024 * 1024;
    private static final long MIN_COUNTERS_LENGTH = 1024 * 1024;
    private static final long MAX_COUNTERS_LENGTH = 8 * 1024 * 1024;
    private static final long COUNTERS_SHARE = 5 * 16;
    private static final long MAX_TIMER_INTERVAL_MS = 1_000;
    private static final long POLL_PARK_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final String LOSS_REPORT = "loss-report.dat";
    private static final String REMEDY = "; choose another directory with --aeron-dir";

    private final String directoryName;
    private final DriverDirectory directory;
    private final MediaDriver driver;

    private LocalMediaDriver(
        final String directoryName, final DriverDirectory directory, final MediaDriver driver) {
        this.directoryName = directoryName;
        this.directory = directory;
        this.driver = driver;
    }

    /**
     * Starts a driver on a thread of its own. What one that was killed left in the same directory is removed; where
     * its process can't be seen, it is waited for until it gives no more sign of life.
     *
     * @param directoryName of it.
     * @param timeoutMs     after which a client without a sign of life is dead for it, and it for a client.
     * @param errorHandler  told what goes wrong in it.
     * @return the driver, ready for clients.
     * @throws IllegalArgumentException where the timeout is out of bounds.
     * @throws ProxyException           where it can't start: says why and what would mend it.
     */
    public static LocalMediaDriver launch(
        final String directoryName, final long timeoutMs, final ErrorHandler errorHandler) {
        return launch(directoryName, timeoutMs, new StreamAdmission((counter, amount) -> {
        }), FileAccess.OWNER, errorHandler);
    }

    /**
     * Starts a driver that lets streams from other hosts in by rules.
     *
     * @param directoryName of it.
     * @param timeoutMs     after which a client without a sign of life is dead for it, and it for a client.
     * @param admission     of this driver alone.
     * @param access        who else may be its client.
     * @param errorHandler  told what goes wrong in it.
     * @return the driver, ready for clients.
     * @throws IllegalArgumentException where the timeout is out of bounds.
     * @throws ProxyException           where it can't start: says why and what would mend it.
     */
    public static LocalMediaDriver launch(
        final String directoryName,
        final long timeoutMs,
        final StreamAdmission admission,
        final FileAccess access,
        final ErrorHandler errorHandler) {
        requireTimeout(timeoutMs, "timeout in ms");
        HeraldDirectory.requireName("aeronDirectoryName", Objects.requireNonNull(directoryName, "directoryName"));
        DriverDirectory.requireOwner(directoryName);
        requireNone(directoryName, timeoutMs);
        try {
            return start(
                context(directoryName, timeoutMs, errorHandler)
                    .sharedIdleStrategy(new RestingIdleStrategy(RestingIdleStrategy.DEFAULT_MAX_PARK_NS)),
                admission, LinkDescriptor.DEFAULT_MAX_EVENT_LENGTH, access);
        } catch (final AeronException | IllegalStateException e) {
            throw new ProxyException("cannot start a media driver in " + directoryName + ": " + ErrorText.of(e) +
                REMEDY, e);
        }
    }

    /** One whose process can't be seen is dead once it gives no more signs of life. */
    private static void requireNone(final String directoryName, final long timeoutMs) {
        final DriverLiveness first = DriverLiveness.of(directoryName, timeoutMs);
        DriverLiveness now = first;
        while (now.state() == DriverLiveness.State.UNPROVEN && now.heartbeatMs() == first.heartbeatMs()) {
            LockSupport.parkNanos(POLL_PARK_NS);
            now = DriverLiveness.of(directoryName, timeoutMs);
        }
        if (!now.isReplaceable()) {
            throw new ProxyException(now.reason(directoryName) + REMEDY.replace(";", ", or"));
        }
    }

    static void requireTimeout(final long timeoutMs, final String name) {
        if (timeoutMs < MIN_TIMEOUT_MS || timeoutMs > MAX_TIMEOUT_MS) {
            throw new IllegalArgumentException(name + " is " + timeoutMs + ": it must be from " + MIN_TIMEOUT_MS +
                " to " + MAX_TIMEOUT_MS);
        }
    }

    /** What is the same for every driver of Herald; the idle strategy, threads and terms are the caller's. */
    static MediaDriver.Context context(
        final String directoryName, final long timeoutMs, final ErrorHandler errorHandler) {
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        return new MediaDriver.Context()
            .aeronDirectoryName(directoryName)
            .dirDeleteOnStart(false)
            .dirDeleteOnShutdown(false)
            .threadingMode(ThreadingMode.SHARED)
            .asyncExecutorEnabled(false)
            .streamSessionLimit(MAX_REMOTE_STREAMS)
            .driverTimeoutMs(timeoutMs)
            .clientLivenessTimeoutNs(timeoutNs)
            .publicationUnblockTimeoutNs(timeoutNs + timeoutNs / 2)
            .timerIntervalNs(TimeUnit.MILLISECONDS.toNanos(Math.min(MAX_TIMER_INTERVAL_MS, timeoutMs / 4)))
            .errorHandler(new ErrorSummary(errorHandler, SystemNanoClock.INSTANCE));
    }

    /**
     * Removes what a dead driver has left and starts another, which clients find once it is ready. From then on it
     * uses no memory that is not there: see {@link LogBuffers}.
     *
     * @param context        with the directory's name as the user gave it.
     * @param admission      of this driver alone; its counters are told of streams without room.
     * @param maxEventLength for which its terms are.
     * @param access         who else may be its client.
     * @return the driver.
     */
    static LocalMediaDriver start(
        final MediaDriver.Context context,
        final StreamAdmission admission,
        final int maxEventLength,
        final FileAccess access) {
        final String directoryName = context.aeronDirectoryName();
        final DriverDirectory directory = DriverDirectory.prepare(directoryName, access);
        MediaDriver driver = null;
        LocalMediaDriver started = null;
        try {
            final long usable = requireRoom(directoryName);
            driver = MediaDriver.launch(LogBuffers.of(context, directoryName, access, admission.counters())
                .aeronDirectoryName(directory.aeronDirectoryName())
                .receiveChannelEndpointSupplier(admission)
                .counterValuesBufferLength(countersLength(usable))
                .ipcTermBufferLength(LinkDescriptor.termLength(maxEventLength))
                .publicationTermBufferLength(LinkDescriptor.termLength(maxEventLength)));
            reserveLossReport(context);
            directory.grantAccess();
            directory.publish();
            started = new LocalMediaDriver(directoryName, directory, driver);
            return started;
        } finally {
            if (started == null) {
                CloseHelper.quietCloseAll(driver, directory);
            }
        }
    }

    /** Nobody has lost anything yet: a driver whose directory nobody finds has no clients. */
    private static void reserveLossReport(final MediaDriver.Context context) {
        try {
            SystemDisk.INSTANCE.writeZeros(
                Path.of(context.aeronDirectoryName(), LOSS_REPORT), 0, context.lossReportBufferLength());
        } catch (final IOException e) {
            throw new ProxyException("no room for a media driver: " + ErrorText.of(e) + REMEDY, e);
        }
    }

    /** Aeron fills the file of its counters at once, five times this length: a sixteenth of the room at most. */
    private static int countersLength(final long usable) {
        long length = MIN_COUNTERS_LENGTH;
        while (length < MAX_COUNTERS_LENGTH && length * 2 * COUNTERS_SHARE <= usable) {
            length *= 2;
        }
        return (int)length;
    }

    private static long requireRoom(final String directoryName) {
        final Path directory = Path.of(directoryName).toAbsolutePath();
        try {
            final long usable = HostBounds.usable(directory);
            if (usable < NEEDED_LENGTH) {
                throw new ProxyException(directory + " has " + usable + " bytes free, the media driver needs " +
                    NEEDED_LENGTH + ": free some, or choose another directory with --aeron-dir");
            }
            return usable;
        } catch (final IOException e) {
            throw new ProxyException("cannot tell the free space of " + directory + ": " + ErrorText.of(e), e);
        }
    }

    /**
     * Where its clients find it.
     *
     * @return a directory's name.
     */
    public String directoryName() {
        return directoryName;
    }

    /**
     * Whether clients that look into its directory find it.
     *
     * @return false where its files were removed, or another driver's are there.
     */
    public boolean isPublished() {
        return directory.isPublished();
    }

    /** What steps it, where its embedder does; else null. */
    AgentInvoker sharedAgentInvoker() {
        return driver.sharedAgentInvoker();
    }

    /** Lets clients know and removes its files. */
    @Override
    public void close() {
        CloseHelper.closeAll(driver, directory);
    }
}
