package herald.log;

/**
 * Says that a log can't be used as it is, and what would mend it. The message is for operators.
 */
public class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A log that can't be used.
     *
     * @param message what is wrong, where, and the remedy.
     */
    public LogException(final String message) {
        super(message);
    }

    /**
     * A log that can't be used.
     *
     * @param message what is wrong, where, and the remedy.
     * @param cause   of it.
     */
    public LogException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
