package herald.tools.torture;

import herald.link.LinkDescriptor;
import herald.link.RestingIdleStrategy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The media driver of a round in which proxy and recorders use one of their own process.
 */
final class DriverChild {
    /** What it prints once clients can connect. */
    static final String READY = "ready";

    private DriverChild() {
    }

    /**
     * Runs a media driver until it is killed.
     *
     * @param args directory of the round.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        final ParentWatch parent = ParentWatch.start();
        final ChildSettings settings = ChildSettings.read(Path.of(args[0]));
        final long livenessNs = settings.nanos("livenessMs");
        final int termLength = LinkDescriptor.termLength(RoundPlan.MAX_EVENT_LENGTH);
        try (MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(settings.text("aeronDir"))
            .dirDeleteOnStart(true)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new RestingIdleStrategy(RestingIdleStrategy.DEFAULT_MAX_PARK_NS))
            .asyncExecutorEnabled(false)
            .driverTimeoutMs(settings.number("driverTimeoutMs"))
            .clientLivenessTimeoutNs(livenessNs)
            .imageLivenessTimeoutNs(livenessNs)
            .publicationUnblockTimeoutNs(livenessNs + TimeUnit.MILLISECONDS.toNanos(500))
            .timerIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
            .ipcTermBufferLength(termLength)
            .publicationTermBufferLength(termLength))) {
            System.out.println(READY + ' ' + driver.aeronDirectoryName());
            parent.awaitFinish();
        }
        System.exit(0);
    }
}
