package herald.engine;

import herald.io.Disk;
import herald.log.LogDescriptor;
import herald.writer.Bookmark;
import herald.writer.WriterStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * How far the writers of a data directory are.
 *
 * @param least    position of the dispatch log at which the one that is furthest behind goes on; 0 where one will begin
 *                 at the oldest batch, {@link #NONE} where there is no writer.
 * @param furthest position of the one that is furthest on; 0 where there is none.
 */
record BookmarkedRange(long least, long furthest) {
    /** There is no bookmark. */
    static final long NONE = Long.MAX_VALUE;

    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);

    /**
     * Reads all bookmarks.
     *
     * @param disk    that holds them.
     * @param dataDir of the proxy.
     * @param logId   of the dispatch log, which they have to name.
     * @return where they are.
     * @throws IOException where they can't be listed.
     */
    static BookmarkedRange of(final Disk disk, final Path dataDir, final UUID logId) throws IOException {
        final Path bookmarks = DataDirectory.bookmarks(dataDir);
        long least = NONE;
        long furthest = 0;
        for (final Path file : disk.list(bookmarks, Bookmark.SUFFIX)) {
            try (Bookmark bookmark = Bookmark.open(disk, file, false)) {
                if (bookmark.state() == Bookmark.State.PLACED && bookmark.logId().equals(logId)) {
                    furthest = Math.max(furthest, bookmark.position());
                    // Where nothing was delivered yet, it goes on at the first batch: that may be gone.
                    least = Math.min(least, Math.max(bookmark.position(), LogDescriptor.SEGMENT_HEADER_LENGTH));
                } else if (bookmark.state() != Bookmark.State.NEW) {
                    least = 0;
                }
            } catch (final IOException e) {
                LOGGER.debug("its writer will report that {} is damaged", file, e);
                least = 0;
            }
        }
        final List<Path> statuses = disk.list(bookmarks, WriterStatus.SUFFIX);
        final boolean missing = statuses.stream().anyMatch(status -> Bookmark.isMissing(status.resolveSibling(
            status.getFileName().toString().replace(WriterStatus.SUFFIX, Bookmark.SUFFIX))));
        return new BookmarkedRange(missing ? 0 : least, furthest);
    }
}
