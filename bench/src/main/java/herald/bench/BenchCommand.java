package herald.bench;

import herald.bench.compare.CompareCommand;
import herald.bench.rig.RigCommand;
import herald.writers.stdout.StandardStreams;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * The {@code herald bench} command. JMH's benchmarks have a command line of their own, {@link Benchmarks}.
 */
@Command(
    name = "herald bench",
    description = "Measures Herald. Benchmarks of parts: java -jar bench/target/benchmarks.jar.",
    subcommands = {CompareCommand.class, RigCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
        " 0:all went well",
        " 1:a row is below its must",
        "64:the call is wrong",
        "70:a measurement failed"})
public final class BenchCommand implements Callable<Integer> {
    private static final int USAGE = 64;
    private static final int FAILED = 70;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    /**
     * Runs the command and ends the process.
     *
     * @param args as typed.
     */
    public static void main(final String[] args) {
        final StandardStreams streams = StandardStreams.install();
        System.exit(streams.exitCode(commandLine().execute(args), FAILED));
    }

    /**
     * The command, ready to execute in this process.
     *
     * @return a new one.
     */
    public static CommandLine commandLine() {
        final CommandLine line = new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false)
            .registerConverter(Path.class, BenchCommand::path);
        conclude(line);
        return line;
    }

    /**
     * Reads the path of an option; an empty one would be the current directory.
     *
     * @param text as typed.
     * @return the path.
     */
    public static Path path(final String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("it is empty: give it a name, or leave it out");
        }
        return Path.of(text);
    }

    private static void conclude(final CommandLine line) {
        line.getCommandSpec().exitCodeOnInvalidInput(USAGE).exitCodeOnExecutionException(FAILED);
        line.getSubcommands().values().forEach(BenchCommand::conclude);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(),
            "which command? " + String.join(", ", spec.subcommands().keySet()));
    }
}
