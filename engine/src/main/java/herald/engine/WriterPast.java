package herald.engine;

import herald.io.Disk;
import herald.writer.Bookmark;
import herald.writer.WriterStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * How far a writer had got before this start.
 *
 * @param logId           of the dispatch log that its bookmark is in; null where that says no place.
 * @param position        of its bookmark there.
 * @param journalPosition up to which it has delivered the journal; 0 where that is not known.
 * @param journalTimeMs   journal time of the last batch of these, ms since the epoch; 0 where that is not known.
 * @param done            events that it has delivered, held back or put aside, and those that it was told to be gone.
 */
record WriterPast(UUID logId, long position, long journalPosition, long journalTimeMs, long done) {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);

    /**
     * Reads it.
     *
     * @param disk      that holds bookmarks.
     * @param directory of bookmarks.
     * @param writer    its name.
     * @return null where the writer is new.
     */
    static WriterPast of(final Disk disk, final Path directory, final String writer) {
        final Path file = directory.resolve(writer + Bookmark.SUFFIX);
        if (!Files.exists(file) && !Bookmark.isMissing(file)) {
            return null;
        }
        UUID logId = null;
        long position = 0;
        if (Files.exists(file)) {
            try (Bookmark bookmark = Bookmark.open(disk, file, false)) {
                if (bookmark.state() == Bookmark.State.NEW) {
                    return null;
                }
                if (bookmark.state() == Bookmark.State.PLACED) {
                    logId = bookmark.logId();
                    position = bookmark.position();
                }
            } catch (final IOException e) {
                LOGGER.debug("its writer will report that {} is damaged", file, e);
            }
        }
        try (WriterStatus status = WriterStatus.read(disk, directory.resolve(writer + WriterStatus.SUFFIX))) {
            return new WriterPast(logId, position, status.get(WriterStatus.Field.JOURNAL_POSITION),
                status.get(WriterStatus.Field.JOURNAL_TIME_MS),
                status.get(WriterStatus.Field.DELIVERED) + status.get(WriterStatus.Field.FILTERED) +
                    status.get(WriterStatus.Field.DEAD_LETTERS) + status.get(WriterStatus.Field.OVERTAKEN_EVENTS));
        } catch (final IOException e) {
            LOGGER.debug("the status of writer {} says nothing", writer, e);
            return new WriterPast(logId, position, 0, 0, 0);
        }
    }
}
