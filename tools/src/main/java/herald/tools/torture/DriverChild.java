package herald.tools.torture;

import herald.admission.KnockCheck;
import herald.admission.StreamAdmission;
import herald.admission.StreamRule;
import herald.engine.LocalMediaDriver;
import herald.io.FileAccess;
import herald.link.LinkDescriptor;

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
            args[1], settings.number("driverTimeoutMs"), admission(settings), FileAccess.OWNER,
            error -> System.err.println(error))) {
            System.out.println(READY + ' ' + driver.directoryName());
            parent.awaitFinish();
        }
        System.exit(0);
    }

    /** As {@code herald driver --key-file} has it: who does not have the key gets no stream. */
    private static StreamAdmission admission(final ChildSettings settings) {
        return new StreamAdmission((counter, amount) -> {
        }, new StreamRule(LinkDescriptor.EVENT_STREAM_ID, StreamAdmission.MAX_TERM_LENGTH,
            new KnockCheck(settings.key()), false));
    }
}
