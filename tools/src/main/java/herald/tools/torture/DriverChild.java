package herald.tools.torture;

import herald.engine.LocalMediaDriver;

import java.nio.file.Path;

/**
 * The media driver of a host, in a process of its own.
 */
final class DriverChild {
    /** What it prints once clients can connect. */
    static final String READY = "ready";

    private DriverChild() {
    }

    /**
     * Runs a media driver until it is killed, as {@code herald driver} does.
     *
     * @param args directory of the round, directory of the driver.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        final ParentWatch parent = ParentWatch.start();
        final ChildSettings settings = ChildSettings.read(Path.of(args[0]));
        try (LocalMediaDriver driver = LocalMediaDriver.launch(
            args[1], settings.number("driverTimeoutMs"), error -> System.err.println(error))) {
            System.out.println(READY + ' ' + driver.directoryName());
            parent.awaitFinish();
        }
        System.exit(0);
    }
}
