package herald.writer;

import herald.dispatch.EventBatch;

/**
 * Delivers events to one destination. Its writer agent's thread alone calls it, in the order of the dispatch log, and
 * may be blocked by it: no other writer waits.
 *
 * <p>An event is delivered at least once; receivers tell repeats by event id, and a count that grew replaces the older.
 */
public interface EventWriter extends AutoCloseable {
    /**
     * The name under which the writer's bookmark is kept.
     *
     * @return lower-case letters, digits and dashes.
     */
    String name();

    /**
     * Delivers events of a batch.
     *
     * @param batch that holds them.
     * @param index of the first event that is not delivered yet.
     * @return how many events from {@code index} on are done, at least 1: the bookmark moves that far.
     * @throws WriterException where the destination does not take them: says how many were done before, and whether
     *                         trying again makes sense.
     */
    int write(EventBatch batch, int index) throws WriterException;

    /**
     * Makes what was written durable at the destination, where that means anything. Called before the bookmark moves.
     *
     * @throws WriterException as {@link #write} does.
     */
    default void flush() throws WriterException {
    }

    @Override
    void close();
}
