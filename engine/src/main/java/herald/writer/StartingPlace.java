package herald.writer;

import herald.log.LogDescriptor;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * Where a writer starts: at its bookmark, and where that says nothing, at the oldest event kept or at what comes next.
 * Any thread.
 */
final class StartingPlace {
    /** Not known yet: behind what is journaled and not dispatched at the moment. */
    private static final long LATER = -1;

    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);

    private final Bookmark bookmark;
    private final WriterAgent.Context context;
    private final DeliveredJournal journal;
    private long position;
    private boolean closed;

    /**
     * Finds it as far as it is known.
     *
     * @param bookmark       of the writer.
     * @param context        what the agents of a proxy share.
     * @param name           of the writer.
     * @param startsAtOldest where it starts if it is new: at the oldest event kept, or at what comes next.
     * @param journal        told where in the journal a new one begins.
     * @throws IOException where a new place can't be written.
     */
    StartingPlace(
        final Bookmark bookmark,
        final WriterAgent.Context context,
        final String name,
        final boolean startsAtOldest,
        final DeliveredJournal journal) throws IOException {
        this.bookmark = bookmark;
        this.journal = journal;
        this.context = context;
        this.position = switch (bookmark.state()) {
            case NEW -> startsAtOldest ? ofNew(0) : LATER;
            case DAMAGED -> ofDamaged(name);
            case PLACED -> bookmark.logId().equals(context.logId()) ?
                // Where nothing was delivered yet, what was released since is lost too: 0 would pass it over.
                Math.max(bookmark.position(), LogDescriptor.SEGMENT_HEADER_LENGTH) : ofAnotherLog(name);
        };
    }

    private long ofDamaged(final String name) {
        context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
        LOGGER.error("the bookmark of writer {} can't be used, {}: it delivers again from the oldest event kept", name,
            bookmark.trouble());
        return 0;
    }

    private long ofAnotherLog(final String name) {
        context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
        LOGGER.error("the bookmark of writer {} is of dispatch log {}, this one is {}: it delivers again from the " +
            "oldest event kept", name, bookmark.logId(), context.logId());
        bookmark.move(context.logId(), 0, 0);
        return 0;
    }

    private long ofNew(final long from) throws IOException {
        bookmark.move(context.logId(), from, 0);
        bookmark.force();
        return from;
    }

    /**
     * Writes the place of a new writer, once it is known.
     *
     * @return whether there is one.
     * @throws IOException where it can't be written.
     */
    synchronized boolean write() throws IOException {
        if (position == LATER && !closed && context.begin().isReached()) {
            position = ofNew(context.begin().position());
            journal.beginAt(context.begin().journalPosition());
        }
        return position != LATER;
    }

    /** Of the dispatch log; known where {@link #write} says so. */
    synchronized long position() {
        return position;
    }

    /** Before the bookmark is closed. */
    synchronized void close() {
        closed = true;
    }
}
