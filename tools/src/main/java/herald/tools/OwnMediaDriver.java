package herald.tools;

import herald.link.RestingIdleStrategy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.IoUtil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A media driver for one command, in a temporary directory that is removed at its end, also where a signal is the end.
 */
final class OwnMediaDriver implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "herald-remote-";

    private final Path dir;
    private final MediaDriver driver;
    private final Thread hook;

    private OwnMediaDriver(final Path dir, final MediaDriver driver) {
        this.dir = dir;
        this.driver = driver;
        this.hook = new Thread(() -> IoUtil.delete(dir.toFile(), true), "herald-remove-driver");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static OwnMediaDriver launch() {
        try {
            final Path dir = Files.isDirectory(SHARED_MEMORY) ?
                Files.createTempDirectory(SHARED_MEMORY, PREFIX) : Files.createTempDirectory(PREFIX);
            return new OwnMediaDriver(dir, MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(dir.resolve("aeron").toString())
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new RestingIdleStrategy(RestingIdleStrategy.DEFAULT_MAX_PARK_NS))
                .asyncExecutorEnabled(false)
                .dirDeleteOnShutdown(true)));
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot create a directory for the media driver: " + e, e);
        }
    }

    String aeronDirectoryName() {
        return driver.aeronDirectoryName();
    }

    @Override
    public void close() {
        driver.close();
        IoUtil.delete(dir.toFile(), true);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // It runs already, and finds nothing left.
            hook.interrupt();
        }
    }
}
