package herald.tools.tail;

import herald.event.EventView;
import herald.writers.json.EventJson;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The events of a stream, one by one.
 */
abstract class TailSource implements AutoCloseable {
    private boolean pending;

    /**
     * Goes to the next event.
     *
     * @return false at the end of what is written so far.
     */
    abstract boolean next();

    /**
     * The current event.
     *
     * @return valid until the next call of {@link #next()}.
     */
    abstract EventView event();

    /**
     * Writes the current event with what this stream knows of it.
     *
     * @param json to write with.
     * @param out  gets one line.
     * @throws IOException where {@code out} does not take it.
     */
    abstract void writeJson(EventJson json, OutputStream out) throws IOException;

    /** Reads one record of the log. */
    abstract boolean readRecord();

    /** Where the record last read is. */
    abstract long recordPosition();

    /** Where the next record will be looked for. */
    abstract long position();

    @Override
    public abstract void close();

    /**
     * Passes over what is before a position. What a segment says at its head, such as the node's name, is read on the
     * way.
     *
     * @param wanted of a record.
     * @throws IllegalArgumentException where the position is within a record or past the end.
     */
    final void seek(final long wanted) {
        while (!pending && position() < wanted) {
            if (!readRecord()) {
                throw new IllegalArgumentException("position " + wanted + " is past the end, " + position());
            }
            if (recordPosition() < wanted && wanted < position()) {
                throw new IllegalArgumentException("position " + wanted + " is within the record at " +
                    recordPosition() + ": write that one, or another that --output json shows");
            }
            pending = recordPosition() >= wanted;
        }
    }

    /** Goes to the next record, which {@link #seek} may have read already. */
    final boolean nextRecord() {
        final boolean read = pending || readRecord();
        pending = false;
        return read;
    }
}
