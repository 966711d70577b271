package herald.receiver;

/**
 * The proxy of another data directory uses the media driver.
 */
public final class DriverInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message names the directories and the remedy.
     */
    public DriverInUseException(final String message) {
        super(message);
    }
}
