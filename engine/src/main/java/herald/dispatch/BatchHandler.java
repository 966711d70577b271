package herald.dispatch;

import herald.link.CounterId;
import herald.stage.EventSlot;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import herald.stage.StageHandler;

import java.io.IOException;

/**
 * Third stage: collects the events touched in a batch interval, in the order of their last touch, and appends each
 * batch to the dispatch log. Boundaries are multiples of the interval on journal time, or the length limit; whatever
 * closes a batch is a record of the journal, so that a replay makes the same batches.
 */
public final class BatchHandler implements StageHandler {
    /** What {@link #openUntilNs()} says where no batch is open. */
    public static final long NOTHING_OPEN = Long.MAX_VALUE;

    private final OpenBatch batch = new OpenBatch();
    private final DispatchLog dispatchLog;
    private final boolean force;
    private final CounterId.Sink counters;
    private ProxyStart start;
    private long countedPosition;
    private volatile long openUntilNs = NOTHING_OPEN;

    /**
     * A handler on an open dispatch log.
     *
     * @param dispatchLog to append to.
     * @param force       whether batches are forced to the device at the end of a turn.
     * @param counters    told what happens.
     */
    public BatchHandler(final DispatchLog dispatchLog, final boolean force, final CounterId.Sink counters) {
        this.dispatchLog = dispatchLog;
        this.force = force;
        this.counters = counters;
    }

    /**
     * When the open batch has to be closed. Any thread.
     *
     * @return journal time in ns; {@link #NOTHING_OPEN} where there is none.
     */
    public long openUntilNs() {
        return openUntilNs;
    }

    @Override
    public void onSlot(final EventSlot slot) {
        switch (slot.kind()) {
            case EVENT -> {
                if (!slot.isUnreadable()) {
                    onEvent(slot);
                }
            }
            case START -> {
                close(slot.journalTimeNs(), slot.nextPosition());
                configure(slot.start());
                if (slot.mark() != null) {
                    slot.mark().reach(dispatchLog.log().position(), slot.nextPosition());
                }
            }
            case SHUTDOWN -> close(slot.journalTimeNs(), slot.nextPosition());
            case TICK, VOID -> {
                if (slot.journalTimeNs() >= openUntilNs) {
                    close(slot.journalTimeNs(), slot.nextPosition());
                }
            }
        }
    }

    /**
     * Sets intervals, limits and what is filled into events.
     *
     * @param newStart what applies from here on.
     */
    public void configure(final ProxyStart newStart) {
        start = newStart;
        batch.lengthLimit(newStart.batchLengthLimit());
        batch.orderByLastTouch(newStart.rules().ordersByLastTouch());
    }

    private void onEvent(final EventSlot slot) {
        if (slot.journalTimeNs() >= openUntilNs) {
            close(slot.journalTimeNs(), slot.position());
        }
        if (slot.suppressed()) {
            // A batch without an event says how far the journal is done with: else it would be kept for ever.
            batch.begin(slot.journalTimeNs());
        } else if (!batch.add(slot)) {
            close(slot.journalTimeNs(), slot.position());
            batch.add(slot);
        }
        if (openUntilNs == NOTHING_OPEN) {
            final long interval = start.batchIntervalNs();
            openUntilNs = (slot.journalTimeNs() / interval + 1) * interval;
        }
    }

    private void close(final long timeNs, final long resumePosition) {
        if (!batch.hasBegun()) {
            return;
        }
        final int events = batch.size();
        final int length = batch.complete(timeNs, resumePosition, start.defaults());
        dispatchLog.append(batch.buffer(), length, timeNs, resumePosition, start.dedupIntervalNs());
        batch.clear();
        openUntilNs = NOTHING_OPEN;
        if (resumePosition > countedPosition) {
            counters.increment(ProxyCounter.BATCHES);
            counters.add(ProxyCounter.DISPATCHED, events);
            counters.add(ProxyCounter.DISPATCHED_POSITION, resumePosition - countedPosition);
            countedPosition = resumePosition;
        }
    }

    /**
     * Says what an earlier run has counted, before the journal is replayed.
     *
     * @param position of the journal: batches that end before it are not counted again where they are made again.
     */
    public void countFrom(final long position) {
        countedPosition = position;
    }

    @Override
    public void onTurnEnd() throws IOException {
        if (force) {
            dispatchLog.force();
        } else {
            dispatchLog.settle();
        }
    }
}
