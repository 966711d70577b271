package herald.verify;

import herald.io.Disk;
import herald.journal.JournalReader;
import herald.stage.ProxyStart;

import java.nio.file.Path;

/**
 * Reads a journal for the model: one record ahead, and aware of what is missing before a record.
 *
 * <pre>
 *   oldest ──── damage ┌──── whole since here ────► records
 * </pre>
 */
final class JournalCursor implements AutoCloseable {
    private final JournalReader reader;
    private boolean pending;
    private boolean gap;
    private long wholeSincePosition;
    private long wholeSinceNs;
    private long forgottenAt;
    private ProxyStart settings;
    private boolean begun;

    JournalCursor(final Disk disk, final Path directory) {
        reader = new JournalReader(disk, directory, 0, damage -> gap = true);
    }

    /**
     * Looks at the next record.
     *
     * @return the reader at it; null at the end.
     */
    JournalReader peek() {
        if (!pending) {
            pending = reader.next();
            if (pending && (gap || !begun)) {
                begun = true;
                wholeSincePosition = reader.recordPosition();
                wholeSinceNs = reader.journalTimeNs();
                forgottenAt = 0;
                settings = null;
            }
        }
        return pending ? reader : null;
    }

    /** Goes past the record that was looked at. */
    void consume() {
        pending = false;
        gap = false;
        if (settings != null && BatchModel.changesWindows(settings, reader.start())) {
            forgottenAt = reader.recordPosition();
        }
        settings = reader.start();
    }

    /** Whether something is missing right before the record that {@link #peek()} showed. */
    boolean isAfterGap() {
        return gap;
    }

    /**
     * Goes on to a position without a model.
     *
     * @param position of a record.
     * @return false where the journal is not whole from before it.
     */
    boolean advanceTo(final long position) {
        while (peek() != null && reader.recordPosition() < position) {
            consume();
        }
        return begun && wholeSincePosition < position && settings != null;
    }

    /** Where the next record will be looked for. */
    long position() {
        return reader.position();
    }

    /** Journal time since which nothing is missing. */
    long wholeSinceNs() {
        return wholeSinceNs;
    }

    /** Where a start last made dedup forget its windows; 0 where none did since nothing is missing. */
    long forgottenAt() {
        return forgottenAt;
    }

    /** In force at the record that comes next. */
    ProxyStart settings() {
        return settings;
    }

    @Override
    public void close() {
        reader.close();
    }
}
