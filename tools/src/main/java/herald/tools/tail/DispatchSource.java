package herald.tools.tail;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.writers.json.EventJson;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The events of a dispatch log, batch by batch.
 */
final class DispatchSource extends TailSource {
    private final DispatchReader reader;
    private EventBatch batch;
    private int size;
    private int nextIndex;
    private EventView event;

    DispatchSource(final DispatchReader reader) {
        this.reader = reader;
    }

    @Override
    boolean next() {
        while (nextIndex == size) {
            if (!nextRecord()) {
                return false;
            }
            size = batch.size();
            nextIndex = 0;
        }
        event = batch.event(nextIndex++);
        return true;
    }

    @Override
    EventView event() {
        return event;
    }

    @Override
    void writeJson(final EventJson json, final OutputStream out) throws IOException {
        json.writeDispatched(event, batch.position(), out);
    }

    @Override
    boolean readRecord() {
        batch = reader.next();
        return batch != null;
    }

    @Override
    long recordPosition() {
        return batch.position();
    }

    @Override
    long position() {
        return reader.position();
    }

    @Override
    public void close() {
        reader.close();
    }
}
