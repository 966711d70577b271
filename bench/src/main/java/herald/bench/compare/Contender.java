package herald.bench.compare;

import java.util.Map;

/**
 * One side of a comparison. Opened before the first round, measured once in each, closed after the last.
 */
interface Contender extends AutoCloseable {
    /**
     * Makes one.
     */
    @FunctionalInterface
    interface Factory {
        /**
         * Opens it.
         *
         * @param workspace of its processes and files.
         * @return ready to be measured.
         * @throws Exception where it can't be.
         */
        Contender open(Workspace workspace) throws Exception;
    }

    /**
     * Measures once. The result is checked: a wrong one is an exception, not a figure.
     *
     * @param durationNs about how long.
     * @return figures by name; one alone has the contender's name.
     * @throws Exception where it can't be measured.
     */
    Map<String, Double> measure(long durationNs) throws Exception;

    /**
     * Whether a measurement warms up by itself, and needs none that is thrown away.
     *
     * @return true where it does.
     */
    default boolean warmsUp() {
        return false;
    }

    @Override
    default void close() {
    }
}
