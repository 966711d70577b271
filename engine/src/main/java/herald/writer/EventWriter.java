package herald.writer;

import herald.dispatch.EventBatch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

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
     * The file that it writes to, which no other writer may do.
     *
     * @return null where it writes to none of its own.
     */
    default Path file() {
        return null;
    }

    /**
     * Says where the writer goes on, before anything else is asked of it.
     *
     * @param logId    of the dispatch log.
     * @param position up to which everything was delivered, here or in an earlier run.
     */
    default void begin(final UUID logId, final long position) {
    }

    /**
     * Delivers events of a batch.
     *
     * @param batch that holds them.
     * @param index of the first event that is not delivered yet.
     * @return how many events from {@code index} on it took, at least 1: the bookmark moves that far, but for those
     *         that are {@link #unsettled}. 0 where it takes no more until some of these are settled.
     * @throws WriterException where the destination does not take them: says how many were done before, and whether
     *                         trying again makes sense, or that the destination has lost what it had
     *                         ({@link WriterException#wayBack}).
     */
    int write(EventBatch batch, int index) throws WriterException;

    /**
     * Makes what was written durable at the destination, where that means anything. Called before the bookmark moves.
     *
     * @throws WriterException as {@link #write} does.
     */
    default void flush() throws WriterException {
    }

    /**
     * How many of the events that it took last may still be lost on their way. The bookmark stays before the oldest of
     * them, and after a failure they are given again. Asked after each {@link #write}, and time and again while there
     * is nothing to write: the place to look at the connection.
     *
     * @return 0 where an event that was taken has arrived.
     * @throws WriterException where some of them are lost. The writer then has forgotten all that were unsettled.
     */
    default int unsettled() throws WriterException {
        return 0;
    }

    /**
     * How many events the destination took, and put aside as dead letters of its own. Asked after {@link #unsettled}.
     *
     * @return since the writer was made.
     */
    default long deadLetters() {
        return 0;
    }

    /**
     * What the writer is kept from though it delivers, a rotation for instance. Asked after {@link #unsettled}.
     *
     * @return for people, with the remedy; null where it is kept from nothing.
     */
    default String hindrance() {
        return null;
    }

    /**
     * Opens anew what it has open or read of the user's files: a log that was moved away, a certificate, a key. Called
     * between two calls of {@link #write}, where the operator asks for it.
     *
     * @throws IOException where a file can't be used: the writer goes on with what it had.
     */
    default void reopen() throws IOException {
    }

    /**
     * The last call before {@link #close}: may wait a little for what is unsettled.
     *
     * @return as {@link #unsettled}.
     * @throws WriterException as {@link #unsettled}.
     */
    default int finish() throws WriterException {
        return unsettled();
    }

    @Override
    void close();
}
