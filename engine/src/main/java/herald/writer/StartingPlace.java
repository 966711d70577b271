package herald.writer;

import herald.log.LogDescriptor;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * Where a writer starts: at its bookmark, and where that says nothing, at the oldest event kept or at what comes next.
 */
final class StartingPlace {
    /** Not known yet: behind what is journaled and not dispatched at the moment. */
    static final long LATER = -1;

    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);

    private StartingPlace() {
    }

    /** A position of the dispatch log, or {@link #LATER}. */
    static long of(
        final Bookmark bookmark, final WriterAgent.Context context, final String name, final boolean startsAtOldest)
        throws IOException {
        switch (bookmark.state()) {
            case NEW -> {
                if (!startsAtOldest) {
                    return LATER;
                }
                ofNew(bookmark, context, 0);
                return 0;
            }
            case DAMAGED -> {
                context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
                LOGGER.error("the bookmark of writer {} can't be used, {}: it delivers again from the oldest event " +
                    "kept", name, bookmark.trouble());
                return 0;
            }
            default -> {
                if (bookmark.logId().equals(context.logId())) {
                    // Where nothing was delivered yet, what was released since is lost too: 0 would pass it over.
                    return Math.max(bookmark.position(), LogDescriptor.SEGMENT_HEADER_LENGTH);
                }
                context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
                LOGGER.error("the bookmark of writer {} is of dispatch log {}, this one is {}: it delivers again " +
                    "from the oldest event kept", name, bookmark.logId(), context.logId());
                bookmark.move(context.logId(), 0, 0);
                return 0;
            }
        }
    }

    /** A new one has a place from here on. */
    static void ofNew(final Bookmark bookmark, final WriterAgent.Context context, final long from)
        throws IOException {
        bookmark.move(context.logId(), from, 0);
        bookmark.force();
    }
}
