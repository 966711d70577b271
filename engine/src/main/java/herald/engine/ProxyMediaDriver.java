package herald.engine;

import herald.link.HeraldDirectory;
import herald.link.LinkDescriptor;
import herald.link.RestingIdleStrategy;
import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.TimeoutException;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The media driver that a proxy uses, its own or one that is alive in the configured directory, and the proxy's client
 * of it, in invoker mode: the receiver steps it.
 *
 * <p>An own driver's directory is removed before it starts: under the lock of the data directory nobody else's driver
 * can be alive there, only one that was killed.
 */
final class ProxyMediaDriver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProxyMediaDriver.class);
    private static final int MAX_REMOTE_STREAMS = 4096;
    private static final long NEEDED_LENGTH = 32L * 1024 * 1024;

    private final MediaDriver driver;
    private final Aeron client;
    private final String directoryName;

    private ProxyMediaDriver(final MediaDriver driver, final Aeron client, final String directoryName) {
        this.driver = driver;
        this.client = client;
        this.directoryName = directoryName;
    }

    static ProxyMediaDriver launch(final EventProxy.Context context, final Consumer<Throwable> onFailure) {
        final String directoryName = context.embedInOwnDirectory ?
            HeraldDirectory.aeronDir(context.dataDir).toString() : context.aeronDirectoryName;
        final boolean external = !context.embedInOwnDirectory && CommonContext.isDriverActive(
            new File(directoryName), context.driverTimeoutMs, message -> { });
        MediaDriver driver = null;
        try {
            driver = external ? null : embed(context, directoryName);
            final Aeron client = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directoryName)
                .driverTimeoutMs(context.driverTimeoutMs)
                .driverAgentInvoker(driver == null ? null : driver.sharedAgentInvoker())
                .useConductorAgentInvoker(true)
                .errorHandler(error -> onClientError(error, onFailure)));
            return new ProxyMediaDriver(driver, client, directoryName);
        } catch (final AeronException | IllegalStateException e) {
            CloseHelper.quietClose(driver);
            throw new ProxyException("cannot use the media driver in " + directoryName + ": " + e.getMessage() +
                "; choose another directory with --aeron-dir", e);
        }
    }

    private static void onClientError(final Throwable error, final Consumer<Throwable> onFailure) {
        LOGGER.error("the media driver's client failed", error);
        if (error instanceof TimeoutException) {
            onFailure.accept(error);
        }
    }

    private static MediaDriver embed(final EventProxy.Context context, final String directoryName) {
        requireRoom(directoryName);
        removeFormerDriver(new File(directoryName));
        return MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(directoryName)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(context.threadingMode == herald.engine.ThreadingMode.INVOKER ?
                ThreadingMode.INVOKER : ThreadingMode.SHARED)
            .sharedIdleStrategy(new RestingIdleStrategy(context.maxParkNs))
            .asyncExecutorEnabled(false)
            .streamSessionLimit(MAX_REMOTE_STREAMS)
            .ipcTermBufferLength(LinkDescriptor.termLength(context.maxEventLength))
            .publicationTermBufferLength(LinkDescriptor.termLength(context.maxEventLength))
            .errorHandler(error -> LOGGER.error("media driver", error)));
    }

    /** Only what a driver has left may be deleted: the directory's name comes from a command line. */
    private static void removeFormerDriver(final File directory) {
        final String[] files = directory.list();
        if (files == null || files.length == 0) {
            return;
        }
        if (!new File(directory, CncFileDescriptor.CNC_FILE).exists()) {
            throw new ProxyException(directory + " is not empty and no directory of a media driver: choose another " +
                "one with --aeron-dir");
        }
        IoUtil.delete(directory, true);
    }

    private static void requireRoom(final String directoryName) {
        Path existing = Path.of(directoryName).toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            final long usable = Files.getFileStore(existing).getUsableSpace();
            if (usable < NEEDED_LENGTH) {
                throw new ProxyException(existing + " has " + usable + " bytes free, the media driver needs " +
                    NEEDED_LENGTH + ": free some, or choose another directory with --aeron-dir");
            }
        } catch (final IOException e) {
            throw new ProxyException("cannot tell the free space of " + existing + ": " + e.getMessage(), e);
        }
    }

    Aeron client() {
        return client;
    }

    String directoryName() {
        return directoryName;
    }

    /** The own driver's agents where the embedder steps everything. */
    List<Agent> agents() {
        final AgentInvoker invoker = driver == null ? null : driver.sharedAgentInvoker();
        return invoker == null ? List.of() : List.of(new DriverAgent(invoker));
    }

    /** Steps a driver that was started, and that is closed, by itself. */
    private record DriverAgent(AgentInvoker invoker) implements Agent {
        @Override
        public int doWork() {
            return invoker.invoke();
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
