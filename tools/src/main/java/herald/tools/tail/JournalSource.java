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
final class JournalSource extends TailSource {
    private final JournalReader reader;
    private EventView event;

    JournalSource(final JournalReader reader) {
        this.reader = reader;
    }

    @Override
    boolean next() {
        while (nextRecord()) {
            if (reader.kind() == RecordKind.EVENT) {
                event = reader.event();
                return true;
            }
        }
        return false;
    }

    @Override
    EventView event() {
        return event;
    }

    @Override
    void writeJson(final EventJson json, final OutputStream out) throws IOException {
        json.writeJournaled(event, out);
    }

    @Override
    boolean readRecord() {
        return reader.next();
    }

    @Override
    long recordPosition() {
        return reader.recordPosition();
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
