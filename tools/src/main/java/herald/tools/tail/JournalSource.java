package herald.tools.tail;

import herald.event.EventView;
import herald.journal.JournalReader;
import herald.journal.JournalReader.RecordKind;
import herald.writers.json.EventJson;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The events of a journal.
 */
final class JournalSource implements TailSource {
    private final JournalReader reader;
    private EventView event;

    JournalSource(final JournalReader reader) {
        this.reader = reader;
    }

    @Override
    public boolean next() {
        while (reader.next()) {
            if (reader.kind() == RecordKind.EVENT) {
                event = reader.event();
                return true;
            }
        }
        return false;
    }

    @Override
    public EventView event() {
        return event;
    }

    @Override
    public void writeJson(final EventJson json, final OutputStream out) throws IOException {
        json.writeJournaled(event, out);
    }

    @Override
    public void close() {
        reader.close();
    }
}
