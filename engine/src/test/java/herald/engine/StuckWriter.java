package herald.engine;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;

/** Takes nothing until it is told to. */
final class StuckWriter implements EventWriter {
    boolean stuck = true;
    long delivered;

    @Override
    public String name() {
        return "stuck";
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        if (stuck) {
            throw WriterException.retryable(0, "stuck", null);
        }
        delivered += batch.size() - index;
        return batch.size() - index;
    }

    @Override
    public void close() {
    }
}
