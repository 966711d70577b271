package herald.tools;

import herald.link.HeraldDirectory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.util.Set;

/**
 * Refuses options whose value is empty, which is what a shell makes of a variable that is not set. An empty path would
 * be the current directory, an empty key none.
 */
final class EmptyValues {
    /** An empty one of these means what it says: nothing is left out. */
    private static final Set<String> MAY_BE_EMPTY = Set.of("--filter", "--grep");

    private EmptyValues() {
    }

    /** Runs the command that was called, if nothing in the call is empty that must not be. */
    static int refuseOrRun(final ParseResult result) {
        ParseResult called = result;
        refuse(called);
        while (called.hasSubcommand()) {
            called = called.subcommand();
            refuse(called);
        }
        refuseVariable(called);
        return new CommandLine.RunLast().execute(result);
    }

    private static void refuse(final ParseResult result) {
        for (final OptionSpec option : result.matchedOptions()) {
            if (option.arity().max() > 0 && !option.typeInfo().isMap() &&
                !MAY_BE_EMPTY.contains(option.longestName()) &&
                option.stringValues().stream().anyMatch(String::isBlank)) {
                throw mistake(result, option.longestName() + " is empty: give it a value, or leave it out (is a " +
                    "variable in the call not set?)");
            }
        }
    }

    private static void refuseVariable(final ParseResult called) {
        final CommandSpec command = called.commandSpec();
        final String variable = System.getenv(HeraldDirectory.DATA_DIR_VARIABLE);
        if (variable != null && variable.isBlank() && command.findOption("--data-dir") != null &&
            !called.hasMatchedOption("--data-dir") && !called.isUsageHelpRequested()) {
            throw mistake(called, HeraldDirectory.DATA_DIR_VARIABLE + " is empty: set it to a directory, or unset it");
        }
    }

    private static ParameterException mistake(final ParseResult result, final String text) {
        return new ParameterException(result.commandSpec().commandLine(), text);
    }
}
