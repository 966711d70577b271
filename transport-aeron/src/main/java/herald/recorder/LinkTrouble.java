package herald.recorder;

import herald.io.ErrorText;
import herald.link.SharedMemoryFullException;
import org.agrona.ErrorHandler;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What keeps a recorder's link from coming up. It comes at every try: each kind is told once until the link is there
 * again. Errors that differ in numbers alone are of one kind. Under the send lock.
 */
final class LinkTrouble implements ErrorHandler {
    private static final int MAX_KINDS = 16;

    private final EventRecorder.Context context;
    private final Backlog backlog;
    private final Set<String> told = new HashSet<>();
    private boolean isWithoutRoom;

    LinkTrouble(final EventRecorder.Context context, final Backlog backlog) {
        this.context = context;
        this.backlog = backlog;
    }

    @Override
    public void onError(final Throwable error) {
        final boolean withoutRoom = error instanceof SharedMemoryFullException;
        if (withoutRoom) {
            isWithoutRoom = true;
            backlog.count(RecorderCounter.LINKS_WITHOUT_ROOM);
        }
        if (told.size() < MAX_KINDS && told.add(kindOf(error))) {
            context.errors.onError(withoutRoom ? withoutRoom(error) : error);
        }
    }

    private static String kindOf(final Throwable error) {
        return error.getClass().getName() + String.valueOf(error.getMessage()).replaceAll("[0-9]+", "#");
    }

    private Throwable withoutRoom(final Throwable error) {
        return new SharedMemoryFullException("recorder " + context.component + " has no link, its events wait in " +
            backlog.file() + ": " + ErrorText.of(error), error);
    }

    /**
     * How long to wait before the next try. Those who together have no room would take it from each other for ever if
     * all tried at once.
     *
     * @param backoffNs above 0, where nothing speaks against it.
     * @return in ns.
     */
    long waitNs(final long backoffNs) {
        return isWithoutRoom ? backoffNs + ThreadLocalRandom.current().nextLong(4 * backoffNs) : backoffNs;
    }

    /** The link is there: what goes wrong next is news. */
    void isOver() {
        told.clear();
        isWithoutRoom = false;
    }
}
