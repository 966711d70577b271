package herald.tools;

import herald.recorder.EventRecorder;
import herald.tools.agent.HostAgent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Watches this host in the foreground and records what happens to it.
 */
@Command(
    name = "agent",
    description = "Watch this host's links, file systems, clock and processes, and record what happens to them.")
final class AgentCommand extends AbstractCommand {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCommand.class);
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    @Option(names = "--component", paramLabel = "COMPONENT", defaultValue = "agent",
        description = "The part of the node that records; default: ${DEFAULT-VALUE}.")
    private String component;

    @Option(names = "--interval", paramLabel = "TIME", defaultValue = "1s",
        description = "How often to look; default: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Option(names = "--process", paramLabel = "NAME",
        description = "A process to watch, by the name of its program, of which ps -e shows 15 characters; may be " +
            "repeated.")
    private List<String> processes = new ArrayList<>();

    @Option(names = "--disk-threshold", paramLabel = "PERCENT", defaultValue = "90",
        description = "How full a file system may be; default: ${DEFAULT-VALUE}.")
    private int diskThreshold;

    @Option(names = "--mount", paramLabel = "DIR",
        description = "A file system to watch; may be repeated. Default: every local one that can be written to.")
    private List<Path> mounts = new ArrayList<>();

    @Option(names = "--clock-step", paramLabel = "TIME", defaultValue = "1s",
        description = "Which jump of the wall clock is an event; default: ${DEFAULT-VALUE}.")
    private Duration clockStep;

    @Option(names = "--sys-class-net", paramLabel = "DIR", hidden = true, defaultValue = "/sys/class/net")
    private Path sysClassNet;

    @Mixin
    private RecorderOptions recorderOptions;

    @Override
    public Integer call() {
        final HostAgent.Context context = agentContext();
        try (Foreground foreground = new Foreground(() -> LOG.info("SIGHUP: there is nothing to open anew"));
            RecorderOptions options = recorderOptions;
            EventRecorder recorder = RecorderOptions.launch(
                options.context(component, this::onLinkError, spec().commandLine()), spec().commandLine())) {
            watch(recorder, context, foreground);
            return end(recorder, foreground);
        }
    }

    private void watch(final EventRecorder recorder, final HostAgent.Context context, final Foreground foreground) {
        final ProxyPresence presence = new ProxyPresence(LOG::warn);
        try (AgentRunner runner = new AgentRunner(
            new SleepingIdleStrategy(IDLE_NS),
            error -> LOG.error("agent", error),
            null,
            new HostAgent(recorder::record, context))) {
            AgentRunner.startOnThread(runner);
            while (!foreground.await(CHECK_INTERVAL)) {
                if (recorder.isSpoolLost()) {
                    throw new CommandFailure(ExitCode.IO, "the spool was moved, deleted, replaced or written over " +
                        "under the agent: start it again" + (recorder.isKept() ? "" : "; events are lost"));
                }
                presence.check(recorder.isLive(), () -> recorderOptions.kept(recorder));
            }
        }
    }

    /** What the proxy has not acknowledged is told as {@code herald record} tells it. */
    private int end(final EventRecorder recorder, final Foreground foreground) {
        if (recorder.awaitAcknowledged(recorder.lastSequence(), LAST_WAIT.toNanos())) {
            return ExitCode.OK;
        }
        err().println("herald: " + recorderOptions.kept(recorder));
        final int code = recorder.isKept() ? ExitCode.SPOOLED : ExitCode.IO;
        foreground.exitCode(code);
        return code;
    }

    private HostAgent.Context agentContext() {
        try {
            return new HostAgent.Context()
                .component(component)
                .intervalNs(interval.toNanos())
                .processes(processes)
                .diskThresholdPercent(diskThreshold)
                .mounts(mounts)
                .clockStepNs(clockStep.toNanos())
                .sysClassNet(sysClassNet)
                .conclude();
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    private void onLinkError(final Throwable error) {
        LOG.warn("link to the proxy: {}", error.getMessage(), isDebug() ? error : null);
    }
}
