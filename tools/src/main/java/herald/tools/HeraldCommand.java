package herald.tools;

import herald.events.EventType;
import herald.events.Severity;
import herald.io.OutOfMemory;
import herald.io.PathText;
import herald.recorder.ObjectReference;
import herald.tools.tail.TailCommand;
import herald.tools.torture.TortureCommand;
import herald.writers.stdout.StandardStreams;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * The {@code herald} command: its subcommands, and what is the same for all of them.
 */
@Command(
    name = "herald",
    description = "Records and follows events of this node.",
    versionProvider = VersionProvider.class,
    subcommands = {
        ProxyCommand.class, RecordCommand.class, TailCommand.class, StatCommand.class, BookmarkCommand.class,
        PolicyCommand.class, MaintenanceCommand.class, VerifyCommand.class, AgentCommand.class, DemoCommand.class,
        DriverCommand.class, TortureCommand.class, CompletionCommand.class, HelpCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
        " 0:all went well",
        " 1:damage or a difference was found",
        "64:the call is wrong",
        "65:some of the input was bad",
        "70:a defect of Herald, or not enough memory",
        "74:a file or directory can't be used",
        "75:kept in the spool, not yet acknowledged by the proxy"},
    footerHeading = "%nFrom jars of their own, each with --help:%n",
    footer = {
        "  manager      The central events manager.",
        "  bench        Measures Herald, and compares it with its limits and peers."})
public final class HeraldCommand extends AbstractCommand {
    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Print versions and exit.")
    private boolean version;

    HeraldCommand() {
    }

    /**
     * Runs the command and ends the process.
     *
     * @param args as typed.
     */
    public static void main(final String[] args) {
        final StandardStreams streams = StandardStreams.install();
        OutOfMemory.endsProcess(ExitCode.INTERNAL);
        System.exit(streams.exitCode(run(args), ExitCode.IO));
    }

    private static int run(final String[] args) {
        final CommandLine command = commandLine();
        final String[] typed;
        try {
            typed = RawArguments.of(args);
        } catch (final IllegalArgumentException e) {
            command.getErr().println("herald: " + e.getMessage());
            return ExitCode.USAGE;
        }
        try {
            return command.execute(typed);
        } catch (final Error e) {
            // Not 1, which Java would end with, and which means damage here.
            return ErrorReports.onError(e, command);
        }
    }

    /**
     * The command, ready to execute in this process.
     *
     * @return a new one.
     */
    public static CommandLine commandLine() {
        final ErrorReports reports = new ErrorReports();
        return new CommandLine(new HeraldCommand())
            .registerConverter(Path.class, converter(HeraldCommand::path))
            .registerConverter(Duration.class, new DurationConverter())
            .registerConverter(EventType.class, new EventTypeConverter())
            .registerConverter(Severity.class, converter(Severity::parse))
            .registerConverter(ObjectReference.class, converter(ObjectReference::parse))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false)
            .setExecutionStrategy(EmptyValues::refuseOrRun)
            .setParameterExceptionHandler(reports)
            .setExecutionExceptionHandler(reports);
    }

    /** An empty one is refused with the other empty values. */
    private static Path path(final String text) {
        return text.isBlank() ? Path.of(text) : PathText.parse("it", text);
    }

    /** What a parser has to say about a bad value is the whole message. */
    private static <T> ITypeConverter<T> converter(final Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (final IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    @Override
    public Integer call() {
        throw mistake("which command? " + String.join(", ", spec().subcommands().keySet()));
    }
}
