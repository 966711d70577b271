package herald.bench;

/**
 * Fails a benchmark whose result is wrong: a figure of it would mean nothing.
 */
public final class Check {
    private Check() {
    }

    /**
     * Compares a result.
     *
     * @param what     was counted.
     * @param expected value.
     * @param actual   value.
     * @throws IllegalStateException where they differ.
     */
    public static void equal(final String what, final long expected, final long actual) {
        if (expected != actual) {
            throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
        }
    }

    /**
     * Requires a condition.
     *
     * @param what      has to hold.
     * @param condition whether it does.
     * @throws IllegalStateException where it does not.
     */
    public static void that(final String what, final boolean condition) {
        if (!condition) {
            throw new IllegalStateException("not so: " + what);
        }
    }
}
