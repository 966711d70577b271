package herald.tools.tail;

import herald.event.EventView;
import herald.writers.json.EventJson;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The events of a stream, one by one.
 */
interface TailSource extends AutoCloseable {
    /**
     * Goes to the next event.
     *
     * @return false at the end of what is written so far.
     */
    boolean next();

    /**
     * The current event.
     *
     * @return valid until the next call of {@link #next()}.
     */
    EventView event();

    /**
     * Writes the current event with what this stream knows of it.
     *
     * @param json to write with.
     * @param out  gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    void writeJson(EventJson json, OutputStream out) throws IOException;

    @Override
    void close();
}
