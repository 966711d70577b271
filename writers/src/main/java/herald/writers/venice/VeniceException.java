package herald.writers.venice;

/**
 * The session with the manager can't go on. The message continues a sentence that begins with the manager's name.
 */
final class VeniceException extends Exception {
    private static final long serialVersionUID = 1L;

    VeniceException(final String message) {
        super(message);
    }

    VeniceException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
