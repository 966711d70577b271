package herald.tools;

import herald.io.FileAccess;
import herald.io.OutOfMemory;
import herald.io.UnfitFileException;
import herald.log.LogException;
import herald.recorder.SpoolException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;

/**
 * Turns what went wrong into one line on stderr and an exit code. A caller's mistake never shows a stack trace; a
 * defect does with {@code --debug}.
 */
final class ErrorReports implements IParameterExceptionHandler, IExecutionExceptionHandler {
    @Override
    public int handleParseException(final ParameterException mistake, final String[] args) {
        final CommandLine command = mistake.getCommandLine();
        final PrintWriter err = command.getErr();
        print(command, mistake.getMessage());
        UnmatchedArgumentException.printSuggestions(mistake, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'");
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(final Exception error, final CommandLine command, final ParseResult result) {
        if (command.getCommand() instanceof AbstractCommand called && called.isDebug()) {
            error.printStackTrace(command.getErr());
        }
        if (error instanceof CommandFailure failure) {
            print(command, failure.getMessage());
            return failure.exitCode();
        }
        if (error instanceof SpoolException || error instanceof LogException) {
            print(command, error.getMessage());
            return ExitCode.IO;
        }
        if (error instanceof IOException || error instanceof UncheckedIOException) {
            print(command, describe(error instanceof IOException ? error : error.getCause()));
            return ExitCode.IO;
        }
        print(command, "internal error: " + describe(error) + " (--debug shows where)");
        return ExitCode.INTERNAL;
    }

    /** What no command foresees. */
    static int onError(final Error error, final CommandLine command) {
        if (OutOfMemory.isIn(error)) {
            print(command, OutOfMemory.describe(error));
        } else {
            print(command, "internal error: " + describe(error));
            error.printStackTrace(command.getErr());
        }
        return ExitCode.INTERNAL;
    }

    /** The messages of file system exceptions are bare paths: the name of the type says what is wrong. */
    private static String describe(final Throwable error) {
        if (error instanceof AccessDeniedException denied) {
            return FileAccess.reason(denied);
        }
        if (error instanceof UnfitFileException ||
            (error.getClass() == IOException.class && error.getMessage() != null)) {
            return error.getMessage();
        }
        return error.getClass().getSimpleName() + (error.getMessage() == null ? "" : ": " + error.getMessage());
    }

    private static void print(final CommandLine command, final String message) {
        command.getErr().println(command.getColorScheme().errorText("herald: " + Printable.of(message)));
    }
}
