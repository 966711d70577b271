package herald.tools;

import picocli.CommandLine.Option;

/**
 * Help of a command below a command, such as {@code policy list}.
 */
final class HelpOption {
    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;
}
