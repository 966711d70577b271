package herald.bench.rig;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;

/**
 * Notes when events are written: at once, or once another writer has flushed them.
 */
final class StampingWriter implements EventWriter {
    private final ArrivalReader arrivals;
    private final EventWriter target;
    private EventBatch unflushed;
    private int from;
    private int to;

    /**
     * A writer.
     *
     * @param arrivals to note.
     * @param target   that writes; null for none.
     */
    StampingWriter(final Arrivals arrivals, final EventWriter target) {
        this.arrivals = new ArrivalReader(arrivals);
        this.target = target;
    }

    @Override
    public String name() {
        return "rig";
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        final int done = target == null ? batch.size() - index : target.write(batch, index);
        unflushed = batch;
        from = index;
        to = index + done;
        if (target == null) {
            note();
        }
        return done;
    }

    @Override
    public void flush() throws WriterException {
        if (target != null) {
            target.flush();
            note();
        }
    }

    private void note() {
        if (unflushed != null) {
            arrivals.note(unflushed, from, to, System.nanoTime());
            unflushed = null;
        }
    }

    @Override
    public void close() {
        if (target != null) {
            target.close();
        }
    }
}
