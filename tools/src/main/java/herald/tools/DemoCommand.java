package herald.tools;

import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.engine.ProxyException;
import herald.events.Catalogs;
import herald.events.EventCatalog;
import herald.events.SystemEvents;
import herald.io.ErrorText;
import herald.io.SystemDisk;
import herald.io.TreeRemoval;
import herald.link.HeraldDirectory;
import herald.log.LogException;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.recorder.RecorderCounter;
import herald.stage.ProxyCounter;
import herald.tools.agent.HostAgent;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingIdleStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows all of it at once: a proxy, an agent that watches this host, a source that repeats itself, delivery to standard
 * output. What it keeps is in a temporary directory that is removed at the end.
 */
@Command(name = "demo", description = "Run a proxy and an agent on this host for a while, and deliver to stdout.")
final class DemoCommand extends AbstractCommand {
    private static final long AGENT_IDLE_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long BURST_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int REPEATS = 100;
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    @Option(names = "--duration", paramLabel = "TIME", defaultValue = "30s",
        description = "How long; default: ${DEFAULT-VALUE}.")
    private Duration duration;

    private long recorded;

    @Override
    public Integer call() throws IOException {
        final Path dir = Files.createTempDirectory("herald-demo-");
        out().println("herald demo: data in " + dir + ", removed at the end");
        out().flush();
        try (Foreground foreground = new Foreground()) {
            try {
                run(dir, foreground);
                return summarise(dir);
            } catch (final ProxyException | LogException e) {
                throw new CommandFailure(ExitCode.IO, ErrorText.of(e), e);
            } finally {
                TreeRemoval.remove(dir);
            }
        }
    }

    private void run(final Path dir, final Foreground foreground) {
        final WriterSpec stdout = WriterSpec.parse("stdout");
        final EventProxy.Context proxyContext = new EventProxy.Context()
            .dataDir(dir)
            .writer(EventWriters.factory(stdout).create(stdout));
        try (EventProxy proxy = EventProxy.launch(proxyContext)) {
            try (EventRecorder agentRecorder = launch(proxy, "agent");
                EventRecorder loadRecorder = launch(proxy, "load")) {
                try (AgentRunner runner = new AgentRunner(
                    new SleepingIdleStrategy(AGENT_IDLE_NS),
                    error -> err().println("herald: agent: " + error),
                    null,
                    new HostAgent(agentRecorder::record, new HostAgent.Context()))) {
                    AgentRunner.startOnThread(runner);
                    repeatUntilTheEnd(loadRecorder, proxy.node(), foreground);
                }
                settle(agentRecorder);
                settle(loadRecorder);
            }
        }
    }

    private static EventRecorder launch(final EventProxy proxy, final String component) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(Catalogs.all().toArray(new EventCatalog[0]))
            .spoolDir(HeraldDirectory.spoolDir(proxy.dataDir()))
            .aeronDirectoryName(proxy.aeronDirectoryName())
            .errorHandler(error -> { }));
    }

    /** A source that says the same over and over, as sources do: here, how busy this host is. */
    private void repeatUntilTheEnd(final EventRecorder recorder, final String node, final Foreground foreground) {
        final ObjectReference reference = ObjectReference.of("Node", node);
        final long endNs = System.nanoTime() + duration.toNanos();
        boolean goOn = true;
        while (goOn) {
            final String message = String.format(Locale.ROOT, "load average %.2f on %d cores",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors());
            for (int i = 0; i < REPEATS; i++) {
                recorder.record(SystemEvents.SYSTEM_RESOURCE_USAGE, null, message, reference);
            }
            final long leftNs = endNs - System.nanoTime();
            goOn = !foreground.await(Duration.ofNanos(Math.min(BURST_INTERVAL_NS, Math.max(0, leftNs)))) &&
                leftNs > BURST_INTERVAL_NS;
        }
    }

    private void settle(final EventRecorder recorder) {
        recorder.awaitAcknowledged(recorder.lastSequence(), ACK_TIMEOUT_NS);
        recorded += recorder.counter(RecorderCounter.RECORDED);
    }

    private int summarise(final Path dir) throws IOException {
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(dir))) {
            out().println("recorded=" + recorded + " journaled=" + counters.get(ProxyCounter.JOURNALED) +
                " deduplicated=" + counters.get(ProxyCounter.DEDUPLICATED) +
                " delivered=" + counters.get(ProxyCounter.DELIVERED));
            out().flush();
            return ExitCode.OK;
        }
    }
}
