package herald.writer;

import herald.dispatch.EventBatch;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Up to where one writer has delivered the journal, in its status: should the dispatch log be lost, it tells what the
 * writer had not got. Owned by the writer's agent.
 */
final class DeliveredJournal {
    /** Where a batch ends, in both logs, and when. */
    private record End(long position, long journalPosition, long timeNs) {
    }

    private final WriterStatus status;
    /** Of batches that were read and are not delivered in whole. */
    private final ArrayDeque<End> ends = new ArrayDeque<>();
    private long deliveredPosition;

    DeliveredJournal(final WriterStatus status) {
        this.status = status;
    }

    /** A new writer begins here: it is not to get what was journaled before. */
    void beginAt(final long journalPosition) {
        status.set(WriterStatus.Field.JOURNAL_POSITION, journalPosition);
    }

    /** A batch was read, maybe again. */
    void onBatch(final EventBatch batch) {
        while (!ends.isEmpty() && ends.peekLast().position() >= batch.nextPosition()) {
            ends.removeLast();
        }
        ends.add(new End(batch.nextPosition(), batch.resumePosition(), batch.toTimeNs()));
    }

    /** The dispatch log is delivered up to here. */
    void onMoved(final long position) {
        if (position < deliveredPosition) {
            status.set(WriterStatus.Field.JOURNAL_POSITION, 0);
            status.set(WriterStatus.Field.JOURNAL_TIME_MS, 0);
        }
        deliveredPosition = position;
        End last = null;
        while (!ends.isEmpty() && ends.peek().position() <= position) {
            last = ends.remove();
        }
        // Less was delivered before already, where a lost log is made again.
        if (last != null && last.journalPosition() > status.get(WriterStatus.Field.JOURNAL_POSITION)) {
            status.set(WriterStatus.Field.JOURNAL_POSITION, last.journalPosition());
            status.set(WriterStatus.Field.JOURNAL_TIME_MS, TimeUnit.NANOSECONDS.toMillis(last.timeNs()));
        }
    }
}
