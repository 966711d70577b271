package herald.tools;

import herald.engine.LocalMediaDriver;
import herald.io.TreeRemoval;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A media driver for one command, in a temporary directory that is removed at its end, also where a signal is the end.
 */
final class OwnMediaDriver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OwnMediaDriver.class);
    private static final long TIMEOUT_MS = 10_000;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "herald-remote-";

    private final Path dir;
    private final LocalMediaDriver driver;
    private final Thread hook;

    private OwnMediaDriver(final Path dir, final LocalMediaDriver driver) {
        this.dir = dir;
        this.driver = driver;
        this.hook = new Thread(() -> TreeRemoval.remove(dir), "herald-remove-driver");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static OwnMediaDriver launch() {
        try {
            final Path dir = Files.isDirectory(SHARED_MEMORY) ?
                Files.createTempDirectory(SHARED_MEMORY, PREFIX) : Files.createTempDirectory(PREFIX);
            return new OwnMediaDriver(dir, LocalMediaDriver.launch(
                dir.resolve("aeron").toString(), TIMEOUT_MS, error -> LOGGER.warn("media driver", error)));
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot create a directory for the media driver: " + e, e);
        }
    }

    String aeronDirectoryName() {
        return driver.directoryName();
    }

    @Override
    public void close() {
        driver.close();
        TreeRemoval.remove(dir);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // It runs already, and finds nothing left.
            hook.interrupt();
        }
    }
}
