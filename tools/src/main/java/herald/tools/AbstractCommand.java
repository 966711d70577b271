package herald.tools;

import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * What every command has: help, {@code --debug}, its streams, and a way to say that the call is wrong.
 */
public abstract class AbstractCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Option(names = "--debug", description = "Show what goes wrong inside; also HERALD_DEBUG=1.")
    private boolean debug;

    protected final CommandSpec spec() {
        return spec;
    }

    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    protected final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    protected final boolean isDebug() {
        return debug || "1".equals(System.getenv("HERALD_DEBUG"));
    }

    /**
     * Refuses what is no data directory, or can't be looked into.
     *
     * @param root said to be a data directory.
     */
    protected static final void requireDataDirectory(final Path root) {
        try {
            DataDirectory.require(SystemDisk.INSTANCE, root);
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, e.getMessage(), e);
        }
    }

    /**
     * Refuses a data directory from which a log was moved away.
     *
     * @param root in which no proxy may have run yet.
     */
    protected static final void requireLogs(final Path root) {
        try {
            DataDirectory.requireLogsOfPast(SystemDisk.INSTANCE, root);
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, e.getMessage(), e);
        }
    }

    /**
     * Refuses a directory that is there and can't be listed.
     *
     * @param root that may be missing.
     */
    protected static final void requireReadable(final Path root) {
        try {
            SystemDisk.INSTANCE.list(root, "");
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, e.getMessage(), e);
        }
    }

    /**
     * A mistake of the caller.
     *
     * @param text names what is wrong and what would be right.
     * @return to be thrown.
     */
    protected final ParameterException mistake(final String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
