package herald.verify;

import herald.io.Disk;
import herald.journal.JournalReader;
import herald.stage.ProxyStart;

import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Reads a journal for the model: one record ahead, and aware of what is missing before a record.
 *
 * <pre>
 *   oldest ──── damage ┌──── whole since here ────► records
 * </pre>
 */
final class JournalCursor implements AutoCloseable {
    /** Ends of ranges without a record that are no damage, by where they begin: padding. */
    private final NavigableMap<Long, Long> skipped = new TreeMap<>();
    private final JournalReader reader;
    private long endOfLast;
    private boolean pending;
    private boolean gap;
    private long wholeSincePosition;
    private long wholeSinceNs;
    private long forgottenAt;
    private ProxyStart settings;
    private boolean begun;

    JournalCursor(final Disk disk, final Path directory) {
        reader = new JournalReader(disk, directory, 0, damage -> gap |= !damage.unreadable());
    }

    /**
     * Looks at the next record.
     *
     * @return the reader at it; null at the end.
     */
    JournalReader peek() {
        if (!pending) {
            pending = reader.next();
            if (pending && !gap && reader.recordPosition() > endOfLast) {
                skipped.put(endOfLast, reader.recordPosition());
            }
            if (pending && (gap || !begun)) {
                beginAgain();
            }
        }
        return pending ? reader : null;
    }

    /** From here on it is as if nothing had been read. */
    void beginAgain() {
        begun = true;
        wholeSincePosition = pending ? reader.recordPosition() : reader.position();
        wholeSinceNs = pending ? reader.journalTimeNs() : Long.MAX_VALUE;
        forgottenAt = 0;
        settings = null;
    }

    /**
     * Whether a position is within padding: no record begins or ends there.
     *
     * @param position that was read past.
     * @return true where there was a record, before what is padding now was made.
     */
    boolean isSkipped(final long position) {
        final Map.Entry<Long, Long> range = skipped.lowerEntry(position);
        return range != null && range.getValue() > position;
    }

    /** Where the padding around a position begins. */
    long skippedFrom(final long position) {
        return skipped.lowerKey(position);
    }

    /** Where the padding around a position ends. */
    long skippedTo(final long position) {
        return skipped.lowerEntry(position).getValue();
    }

    /** Goes past the record that was looked at. */
    void consume() {
        pending = false;
        gap = false;
        endOfLast = reader.position();
        final boolean forgets = reader.kind() == JournalReader.RecordKind.START &&
            reader.windowsPosition() == reader.recordPosition();
        if (settings != null && (forgets || BatchModel.changesWindows(settings, reader.start()))) {
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
