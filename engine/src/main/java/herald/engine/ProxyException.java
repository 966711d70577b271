package herald.engine;

/**
 * Says that a proxy can't start, and what would mend it. The message is for operators.
 */
public final class ProxyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProxyException(final String message) {
        super(message);
    }

    ProxyException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
