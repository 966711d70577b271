package herald.tools.torture;

/**
 * Says that a round did not go as Herald promises.
 */
final class Difference extends Exception {
    private static final long serialVersionUID = 1L;

    Difference(final String text) {
        super(text);
    }
}
