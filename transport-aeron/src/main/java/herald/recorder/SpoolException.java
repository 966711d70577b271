package herald.recorder;

/**
 * Says that a spool can't be opened, and what would mend it. The message is for operators.
 */
public final class SpoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A spool that is not as it should be.
     *
     * @param message names the file, what is wrong with it, and what becomes of it.
     */
    public SpoolException(final String message) {
        super(message);
    }

    SpoolException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
