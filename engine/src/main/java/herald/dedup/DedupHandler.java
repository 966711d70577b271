package herald.dedup;

import herald.event.EventId;
import herald.event.UnsetClock;
import herald.io.ErrorText;
import herald.link.CounterId;
import herald.stage.EventSlot;
import herald.stage.LookAheadHandler;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Second stage: says of each event whether it is new or a repeat within the dedup interval of the first occurrence,
 * which keeps its id and counts on. Time is journal time, so that a replay gives the same answers.
 */
public final class DedupHandler implements LookAheadHandler, AutoCloseable {
    /** Keys held in the index where nothing else is configured: 16 MiB of entries, 4 MiB of table. */
    public static final int DEFAULT_INDEX_LIMIT = 256 * 1024;
    /** The most keys that the index can be made for: 1 GiB of entries, 256 MiB of table. */
    public static final int MAX_INDEX_LIMIT = DedupIndex.MAX_CAPACITY;

    private static final Logger LOGGER = LoggerFactory.getLogger(DedupHandler.class);

    private final DedupWindows windows;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final DedupKey key;
    private final CounterId.Sink counters;
    private long countedPosition;
    private long turnPosition;
    private long turnRepeats;
    private long turnOverfull;
    private long turnSuppressed;
    private long turnClockUnset;
    private long turnUnreadable;
    private boolean maintenance;
    private ProxyStart inForce;
    /** Which keys are of the rules in force: those that were computed ahead of a change are not. */
    private int keyEpoch = 1;

    /**
     * A handler that remembers nothing yet; a start record tells it the interval.
     *
     * @param seed       of the keys, random for each run.
     * @param indexLimit the most keys held in the index; more go on to maps. Changes no answer.
     * @param counters   told what happens.
     */
    public DedupHandler(final long seed, final int indexLimit, final CounterId.Sink counters) {
        this.windows = new DedupWindows(indexLimit);
        this.key = new DedupKey(seed);
        this.counters = counters;
    }

    /**
     * Says what an earlier run has counted, before the journal is replayed.
     *
     * @param position of the journal: nothing before it is counted again.
     */
    public void countFrom(final long position) {
        countedPosition = position;
        turnPosition = position;
    }

    private boolean isCounted(final EventSlot slot) {
        return slot.position() < countedPosition;
    }

    /** Counts at once what the turn was: a process that is killed leaves no half of it to be counted again. */
    @Override
    public void onTurnEnd() {
        if (turnPosition > countedPosition) {
            counters.add(ProxyCounter.DEDUPLICATED, turnRepeats);
            counters.add(ProxyCounter.DEDUP_OVERFULL, turnOverfull);
            counters.add(ProxyCounter.SUPPRESSED, turnSuppressed);
            counters.add(ProxyCounter.CLOCK_UNSET, turnClockUnset);
            counters.add(ProxyCounter.UNREADABLE_RECORDS, turnUnreadable);
            counters.add(ProxyCounter.DEDUPLICATED_POSITION, turnPosition - countedPosition);
            countedPosition = turnPosition;
        }
        turnRepeats = 0;
        turnOverfull = 0;
        turnSuppressed = 0;
        turnClockUnset = 0;
        turnUnreadable = 0;
    }

    @Override
    public void onSlot(final EventSlot slot) {
        switch (slot.kind()) {
            case EVENT -> onEventOfAnyKind(slot);
            case START -> configure(slot.start(), slot.forgetsWindows());
            default -> {
                // Nothing to fold.
            }
        }
        turnPosition = Math.max(turnPosition, slot.nextPosition());
    }

    /**
     * Sets interval, limit, mode and rules. Windows are forgotten where any of them but the mode differs from what is
     * in force.
     *
     * @param start what applies from here on.
     */
    public void configure(final ProxyStart start) {
        configure(start, false);
    }

    private void configure(final ProxyStart start, final boolean forgetsWindows) {
        if (forgetsWindows || start.forgetsWindowsOf(inForce)) {
            windows.configure(start.dedupIntervalNs(), start.dedupKeyLimit());
            key.rules(start.rules());
            keyEpoch++;
        }
        inForce = start;
        maintenance = start.maintenance();
    }

    @Override
    public void onAhead(final EventSlot slot) {
        if (slot.kind() != EventSlot.Kind.EVENT) {
            return;
        }
        try {
            computeKey(slot);
            windows.onAhead(key);
        } catch (final IllegalStateException | IndexOutOfBoundsException e) {
            // Its turn comes: it is reported then, with its position.
        }
    }

    private void computeKey(final EventSlot slot) {
        key.compute(slot.wireEvent(), 0, slot.wireEvent().capacity());
        slot.key(key.high(), key.low(), keyEpoch);
    }

    /** What is journaled can't be taken back: one that is no event harms no other. */
    private void onEventOfAnyKind(final EventSlot slot) {
        try {
            onEvent(slot);
        } catch (final IllegalStateException | IndexOutOfBoundsException e) {
            slot.unreadable();
            turnUnreadable += isCounted(slot) ? 0 : 1;
            LOGGER.error("the event at position {} of the journal can't be read and is passed over: {}",
                slot.position(), ErrorText.of(e));
        }
    }

    private void onEvent(final EventSlot slot) {
        event.wrapAndApplyHeader(slot.wireEvent(), 0, header);
        final long recordTimeNs = event.recordTimeNs();
        turnClockUnset += UnsetClock.isUnset(recordTimeNs) && !isCounted(slot) ? 1 : 0;
        if (maintenance && event.flags().suppressedInMaintenance()) {
            slot.suppress();
            turnSuppressed += isCounted(slot) ? 0 : 1;
            return;
        }
        if (slot.keyEpoch() == keyEpoch) {
            key.set(slot.keyHigh(), slot.keyLow());
        } else {
            computeKey(slot);
        }
        final DedupEntry first = windows.find(key, slot.journalTimeNs());
        if (first != null) {
            first.occurrences(first.occurrences() + 1);
            slot.repeatOf(first.eventIdHigh(), first.eventIdLow(), first.position())
                .occurrence(first.firstSeenNs(), first.firstRecordTimeNs(), recordTimeNs, first.occurrences());
            turnRepeats += isCounted(slot) ? 0 : 1;
            return;
        }
        final long idHigh = EventId.high(event.recorderIdHigh(), event.recorderIdLow(), recordTimeNs);
        final long idLow = EventId.low(event.recorderIdHigh(), event.recorderIdLow(), event.sequence());
        final DedupEntry fresh = windows.add(key, slot.journalTimeNs());
        if (fresh == null) {
            turnOverfull += isCounted(slot) ? 0 : 1;
        } else {
            fresh.identify(idHigh, idLow)
                .firstSeen(slot.journalTimeNs(), recordTimeNs, slot.position())
                .occurrences(1);
        }
        slot.firstOccurrence(idHigh, idLow, recordTimeNs, fresh == null);
    }

    /**
     * Puts back what a batch says of an event: at start, before the journal is replayed from where the batches end.
     *
     * @param wireEvent the event's wire message, header included.
     * @param entry     what the batch says.
     */
    public void restore(final DirectBuffer wireEvent, final DedupEntry entry) {
        key.compute(wireEvent, 0, wireEvent.capacity());
        windows.restore(key, entry);
    }

    /**
     * Makes the map that will be wanted next, if any, off the stage's thread.
     *
     * @return true where one was made.
     */
    public boolean prepare() {
        return windows.prepare();
    }

    @Override
    public void close() {
        windows.close();
    }
}
