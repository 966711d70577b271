package herald.bench.rig;

import herald.bench.BenchCommand;
import herald.engine.ThreadingMode;
import herald.link.Profile;
import herald.stage.Durability;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Measures a node of real processes: recorders, proxy, writer.
 */
@Command(
    name = "rig",
    description = "Measure a node of real processes, recorder, proxy and writer: throughput, and latencies on an " +
        "open schedule from when an event was due.")
public final class RigCommand implements Callable<Integer> {
    private static final String SATURATED = "saturated";
    private static final int USAGE = 64;
    private static final int INTERNAL = 70;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Option(names = "--link", paramLabel = "LINK", description = "ipc or udp (loopback); default: ${DEFAULT-VALUE}.",
        defaultValue = "ipc")
    private RigSettings.Link link;

    @Option(names = "--profile", paramLabel = "NAME",
        description = "default, low-latency or throughput; default: ${DEFAULT-VALUE}.", defaultValue = "default")
    private String profile;

    @Option(names = "--durability", paramLabel = "WHEN",
        description = "process, disk or interval; default: ${DEFAULT-VALUE}.", defaultValue = "process")
    private Durability durability;

    @Option(names = "--threading", paramLabel = "MODE", description = "The proxy's: shared or dedicated; default: " +
        "by the number of cores.")
    private ThreadingMode threading;

    @Option(names = "--recorders", paramLabel = "N", description = "How many; default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private int recorders;

    @Option(names = "--processes", paramLabel = "N", description = "In how many processes; default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private int processes;

    @Option(names = "--rate", paramLabel = "R", description = "Events/s of all recorders together, or saturated; may " +
        "be repeated, default: saturated.")
    private List<String> rates = new ArrayList<>();

    @Option(names = "--repeats", paramLabel = "PERCENT", description = "Events drawn from 1,000 keys, the others " +
        "being new; default: ${DEFAULT-VALUE}.", defaultValue = "90")
    private int repeats;

    @Option(names = "--dedup-keys", paramLabel = "N", description = "Keys that dedup holds; default: enough for " +
        "2,000,000 events/s.", defaultValue = "0")
    private long dedupKeys;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each run; default: ${DEFAULT-VALUE}.",
        defaultValue = "10")
    private int seconds;

    @Option(names = "--warmup", paramLabel = "S", description = "Before each run; default: ${DEFAULT-VALUE}.",
        defaultValue = "5")
    private int warmup;

    @Option(names = "--writer", paramLabel = "WRITER", description = "null or file; default: ${DEFAULT-VALUE}.",
        defaultValue = "null")
    private String writer;

    @Option(names = "--out", paramLabel = "DIR", description = "Where histograms and drawings are written; default: " +
        "nowhere.")
    private Path out;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Where the node's data directory is made and " +
        "removed again, on a disk or in memory (/dev/shm); default: where temporary files are.")
    private Path dataDir;

    @Option(names = "--proxy-jvm", paramLabel = "OPTION", description = "For the proxy's JVM; may be repeated.")
    private List<String> proxyJvm = new ArrayList<>();

    @Option(names = "--recorder-jvm", paramLabel = "OPTION", description = "For the recorders' JVMs; may be repeated.")
    private List<String> recorderJvm = new ArrayList<>();

    /**
     * Runs the command by itself.
     *
     * @param args as the help says.
     */
    public static void main(final String[] args) {
        System.exit(commandLine().execute(args));
    }

    /**
     * The command.
     *
     * @return with what it makes of enums and errors.
     */
    public static CommandLine commandLine() {
        final CommandLine line = new CommandLine(new RigCommand()).setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false);
        line.registerConverter(Path.class, BenchCommand::path);
        line.getCommandSpec().exitCodeOnInvalidInput(USAGE).exitCodeOnExecutionException(INTERNAL);
        return line;
    }

    @Override
    public Integer call() throws Exception {
        final RigSettings settings = settings();
        final List<Long> due = new ArrayList<>();
        for (final String rate : rates.isEmpty() ? List.of(SATURATED) : rates) {
            due.add(rateOf(rate));
        }
        final PrintWriter printer = spec.commandLine().getOut();
        printer.println(settings);
        printer.flush();
        final RigReport report = new RigReport(printer, out, name());
        try (RigNode node = RigNode.start(settings)) {
            for (final long rate : due) {
                if (rate == 0) {
                    report.add(node.throughput(Duration.ofSeconds(warmup), Duration.ofSeconds(seconds)));
                } else {
                    report.add(node.latency(rate, Duration.ofSeconds(warmup), Duration.ofSeconds(seconds)));
                }
            }
        }
        report.finish();
        return 0;
    }

    private String name() {
        return String.join("-", "rig", link.name(), profile, durability.name(), recorders + "r", repeats + "pc")
            .toLowerCase(Locale.ROOT);
    }

    private RigSettings settings() {
        if (seconds < 1 || warmup < 0 || threading == ThreadingMode.INVOKER) {
            throw mistake("--seconds " + seconds + " --warmup " + warmup + " --threading " + threading +
                ": it must be 1 second or more, a warm-up of 0 or more, and shared or dedicated");
        }
        try {
            final RigSettings settings = new RigSettings().link(link).durability(durability).threading(threading)
                .profile(Profile.valueOf(constantOf(profile)))
                .destination(RigSettings.Destination.valueOf(constantOf(writer)))
                .recorders(recorders, processes).repeatPercent(repeats).dedupKeyLimit(dedupKeys)
                .proxyJvm(proxyJvm).recorderJvm(recorderJvm);
            return dataDir == null ? settings : settings.dataParent(dataDir);
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    private static String constantOf(final String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** 0 for saturated. */
    private long rateOf(final String word) {
        if (word.equals(SATURATED)) {
            return 0;
        }
        try {
            final long rate = Long.parseLong(word.replaceAll("[,_]", ""));
            if (rate > 0) {
                return rate;
            }
        } catch (final NumberFormatException e) {
            throw mistake("--rate is \"" + word + "\": it must be events/s, or saturated");
        }
        throw mistake("--rate is " + word + ": it must be above 0, or saturated");
    }

    private ParameterException mistake(final String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
