package herald.tools;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/**
 * Prints the script that completes {@code herald} commands in bash and zsh.
 */
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh.",
    footer = {"", "For this shell:  source <(herald completion)"})
final class CompletionCommand extends AbstractCommand {
    @Override
    public Integer call() {
        out().println(AutoComplete.bash("herald", spec().root().commandLine()));
        return ExitCode.OK;
    }
}
