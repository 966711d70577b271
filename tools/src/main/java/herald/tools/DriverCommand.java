package herald.tools;

import herald.admission.KnockCheck;
import herald.admission.StreamAdmission;
import herald.admission.StreamRule;
import herald.engine.LocalMediaDriver;
import herald.engine.ProxyException;
import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.link.LinkDescriptor;
import herald.seal.SharedKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs a media driver in the foreground, for hosts on which proxy and recorders share one that outlives both.
 */
@Command(
    name = "driver",
    description = "Run a media driver in the foreground, for a proxy and recorders that name its directory with " +
        "--aeron-dir. A proxy starts one by itself where there is none.")
final class DriverCommand extends AbstractCommand {
    private static final Logger LOG = LoggerFactory.getLogger(DriverCommand.class);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    @Option(names = "--aeron-dir", paramLabel = "DIR", required = true,
        description = "Directory of the media driver, in shared memory if possible: /dev/shm/herald, for example.")
    private Path aeronDir;

    @Option(names = "--key-file", paramLabel = "FILE",
        description = "The key that recorders on other hosts must have, the proxy's: who does not have it gets no " +
            "memory and no descriptor of this driver. Without one, only the form of what comes is checked.")
    private Path keyFile;

    @Option(names = "--group", paramLabel = "GROUP",
        description = "Group whose members may be clients of it, by name or number; default: its own user alone.")
    private String group;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "10s",
        description = "After how long without a sign of life a client is dead, 1s or more; default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Override
    public Integer call() {
        try (Foreground foreground = new Foreground(
                () -> LOG.info("SIGHUP: a driver's key is read at its start, there is nothing to open anew"));
            LocalMediaDriver driver = launch()) {
            out().println("herald driver ready: aeron-dir=" + driver.directoryName());
            out().flush();
            while (!foreground.await(CHECK_INTERVAL)) {
                if (!driver.isPublished()) {
                    throw new CommandFailure(ExitCode.IO, "the media driver's files in " + driver.directoryName() +
                        " were removed, or another driver's are there now: start it again");
                }
            }
        }
        return ExitCode.OK;
    }

    /** Nobody counts here: what is refused is logged. */
    private StreamAdmission admission() {
        return new StreamAdmission((counter, amount) -> {
        }, new StreamRule(LinkDescriptor.EVENT_STREAM_ID, StreamAdmission.MAX_TERM_LENGTH,
            keyFile == null ? KnockCheck.formOnly() : new KnockCheck(SharedKey.read(keyFile)), false));
    }

    private LocalMediaDriver launch() {
        try {
            return LocalMediaDriver.launch(
                aeronDir.toString(), timeout.toMillis(), admission(),
                group == null ? FileAccess.OWNER : FileAccess.group(group),
                error -> LOG.error("media driver: {}", error.toString()));
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        } catch (final ProxyException e) {
            throw new CommandFailure(ExitCode.IO, ErrorText.of(e), e);
        }
    }
}
