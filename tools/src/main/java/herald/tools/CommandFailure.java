package herald.tools;

/**
 * Ends a command with an exit code and a message for the one who called it.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public CommandFailure(final int exitCode, final String message) {
        this(exitCode, message, null);
    }

    public CommandFailure(final int exitCode, final String message, final Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /**
     * How the command ends.
     *
     * @return one of {@link ExitCode}.
     */
    public int exitCode() {
        return exitCode;
    }
}
