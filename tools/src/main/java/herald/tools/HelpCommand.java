package herald.tools;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.List;

/**
 * Shows the help of a command, or of one below it: {@code herald help policy list}.
 */
@Command(name = "help", description = "Show the help of a command.")
final class HelpCommand extends AbstractCommand {
    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command, and those below it.")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        CommandLine command = spec().root().commandLine();
        for (final String name : names) {
            final CommandLine below = command.getSubcommands().get(name);
            if (below == null) {
                throw mistake("there is no command \"" + name + "\" of " + command.getCommandSpec().qualifiedName() +
                    (command.getSubcommands().isEmpty() ? "" : ": " +
                        String.join(", ", command.getSubcommands().keySet())));
            }
            command = below;
        }
        command.usage(out(), command.getColorScheme());
        out().flush();
        return ExitCode.OK;
    }
}
