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
final class DispatchSource implements TailSource {
    private final DispatchReader reader;
    private EventBatch batch;
    private int nextIndex;
    private EventView event;

    DispatchSource(final DispatchReader reader) {
        this.reader = reader;
    }

    @Override
    public boolean next() {
        while (batch == null || nextIndex == batch.size()) {
            batch = reader.next();
            nextIndex = 0;
            if (batch == null) {
                return false;
            }
        }
        event = batch.event(nextIndex++);
        return true;
    }

    @Override
    public EventView event() {
        return event;
    }

    @Override
    public void writeJson(final EventJson json, final OutputStream out) throws IOException {
        json.writeDispatched(event, batch.position(), out);
    }

    @Override
    public void close() {
        reader.close();
    }
}
