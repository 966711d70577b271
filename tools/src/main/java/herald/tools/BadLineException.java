package herald.tools;

/**
 * Says what is wrong with a line of input.
 */
final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    BadLineException(final String reason) {
        super(reason, null, false, false);
    }
}
