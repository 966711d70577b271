package herald.bench.rig;

import herald.bench.BenchEvent;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.concurrent.BackoffIdleStrategy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The far end of raw Aeron IPC, with the media driver: takes messages, and sends them back where it is asked to. It
 * spins during a run only.
 */
final class RawEchoMain {
    /** What it says once it is up. */
    static final String READY = "ready";
    /** Takes messages. */
    static final String CONSUME = "consume";
    /** Takes messages and sends them back. */
    static final String ECHO = "echo";
    /** Ends a run. */
    static final String REST = "rest";

    /** Stream to the far end. */
    static final int STREAM = 1001;
    /** Stream back. */
    static final int ECHO_STREAM = 1002;
    /** Both streams' channel. */
    static final String CHANNEL = "aeron:ipc?term-length=1m";

    private static final long CLIENT_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(RigSettings.DRIVER_TIMEOUT_MS);
    private static final int FRAGMENTS = 64;
    private static final int LOOKS = 1024;
    private static final long DRIVER_MAX_PARK_NS = 1_000_000;
    private static final long DRIVER_MIN_PARK_NS = 1_000;

    private RawEchoMain() {
    }

    /**
     * Runs until it is asked to stop.
     *
     * @param args directory of the media driver.
     * @throws Exception where it can't go on.
     */
    public static void main(final String[] args) throws Exception {
        final ChildCommands commands = ChildCommands.listen();
        if (args[0].isBlank() || Files.exists(Path.of(args[0]))) {
            throw new IllegalArgumentException("\"" + args[0] + "\" is no directory for a new media driver");
        }
        try (MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(args[0])
            .threadingMode(ThreadingMode.SHARED)
            .driverTimeoutMs(RigSettings.DRIVER_TIMEOUT_MS)
            .clientLivenessTimeoutNs(CLIENT_TIMEOUT_NS)
            .publicationUnblockTimeoutNs(2 * CLIENT_TIMEOUT_NS)
            .sharedIdleStrategy(new BackoffIdleStrategy(100, 10, DRIVER_MIN_PARK_NS, DRIVER_MAX_PARK_NS)));
            Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName())
                .driverTimeoutMs(RigSettings.DRIVER_TIMEOUT_MS));
            Subscription subscription = aeron.addSubscription(CHANNEL, STREAM);
            ExclusivePublication back = aeron.addExclusivePublication(CHANNEL, ECHO_STREAM)) {
            ChildCommands.answer(READY);
            serve(commands, subscription, back);
        }
        System.exit(0);
    }

    private static void serve(
        final ChildCommands commands, final Subscription subscription, final ExclusivePublication back)
        throws InterruptedException {
        final FragmentHandler echo = (buffer, offset, length, header) -> {
            while (back.offer(buffer, offset, length) < 0) {
                Thread.onSpinWait();
            }
        };
        final Received received = new Received();
        final FragmentHandler consume = (buffer, offset, length, header) ->
            received.sum += buffer.getByte(offset + BenchEvent.LENGTH - 1);
        String[] words = commands.take();
        while (!words[0].equals(ChildCommands.STOP)) {
            ChildCommands.answer(ProxyMain.OK);
            if (words[0].equals(REST)) {
                words = commands.take();
            } else {
                words = spin(commands, subscription, words[0].equals(ECHO) ? echo : consume);
            }
        }
    }

    private static String[] spin(
        final ChildCommands commands, final Subscription subscription, final FragmentHandler handler)
        throws InterruptedException {
        String[] words = null;
        while (words == null) {
            for (int i = 0; i < LOOKS; i++) {
                if (subscription.poll(handler, FRAGMENTS) == 0) {
                    Thread.onSpinWait();
                }
            }
            words = commands.poll(0);
        }
        return words;
    }

    /** What keeps reading a message from being left out. */
    private static final class Received {
        private long sum;
    }
}
