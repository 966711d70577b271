package herald.link;

/**
 * The file system that holds a media driver's directory has no room for a stream: says how much was wanted, what is
 * there and what would mend it. The link is tried again later.
 */
public final class SharedMemoryFullException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Constructs one.
     *
     * @param message for the operator.
     * @param cause   what the file system or the driver said, or null.
     */
    public SharedMemoryFullException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
