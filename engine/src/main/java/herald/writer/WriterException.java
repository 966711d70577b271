package herald.writer;

/**
 * Says that a destination did not take an event.
 */
public final class WriterException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final long NO_WAY_BACK = -1;

    private final boolean retryable;
    private final int done;
    private final long wayBack;

    private WriterException(
        final String message, final boolean retryable, final int done, final long wayBack, final Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.done = done;
        this.wayBack = wayBack;
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
        return new WriterException(message, true, done, NO_WAY_BACK, cause);
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
        return new WriterException(message, false, done, NO_WAY_BACK, cause);
    }

    /**
     * The destination has lost what was delivered before, and says up to where it still has everything: the writer goes
     * on there at once, or where the log begins, if that is later.
     *
     * @param position of the dispatch log, from 0; no later than where the writer was.
     * @param message  what was found, for operators.
     * @return the exception.
     */
    public static WriterException wayBack(final long position, final String message) {
        return new WriterException(message, true, 0, position, null);
    }

    /**
     * Whether the writer has to go back.
     *
     * @return true where {@link #position} says how far.
     */
    boolean isWayBack() {
        return wayBack != NO_WAY_BACK;
    }

    /** Where the destination wants to go on; meaningful where it {@link #isWayBack}. */
    long position() {
        return wayBack;
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
