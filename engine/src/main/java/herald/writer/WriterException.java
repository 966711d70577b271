package herald.writer;

/**
 * Says that a destination did not take an event.
 */
public final class WriterException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;
    private final int done;

    private WriterException(
        final String message, final boolean retryable, final int done, final Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.done = done;
    }

    /**
     * A failure that may pass: the same event is tried again, later, for ever.
     *
     * @param done    events of the call that were delivered before.
     * @param message what failed, for operators.
     * @param cause   of it, or null.
     * @return the exception.
     */
    public static WriterException retryable(final int done, final String message, final Throwable cause) {
        return new WriterException(message, true, done, cause);
    }

    /**
     * A failure of this event alone: it goes to the writer's dead-letter file.
     *
     * @param done    events of the call that were delivered before; the one after them is the one that failed.
     * @param message what failed, for operators.
     * @param cause   of it, or null.
     * @return the exception.
     */
    public static WriterException notRetryable(final int done, final String message, final Throwable cause) {
        return new WriterException(message, false, done, cause);
    }

    /**
     * Whether trying again makes sense.
     *
     * @return true where the failure may pass.
     */
    public boolean retryable() {
        return retryable;
    }

    /**
     * How many events of the call were delivered.
     *
     * @return from 0.
     */
    public int done() {
        return done;
    }
}
