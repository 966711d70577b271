package herald.link;

/**
 * Names one of the proxy's counters. Ids are places in the counters file: they are never given twice.
 */
public interface CounterId {
    /**
     * Place in the counters file.
     *
     * @return from 0.
     */
    int id();

    /**
     * What is counted, for people.
     *
     * @return a few words.
     */
    String label();

    /** Takes note of what happened. Called on hot paths, by the thread that owns the counter. */
    interface Sink {
        /**
         * Adds to a counter.
         *
         * @param counter to add to.
         * @param amount  to add.
         */
        void add(CounterId counter, long amount);

        /**
         * Adds one to a counter.
         *
         * @param counter to add to.
         */
        default void increment(final CounterId counter) {
            add(counter, 1);
        }
    }
}
