package herald.stage;

import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A preallocated place in the ring of the pipeline: what is to be journaled, and what each stage found out about it for
 * the next. Owned by the stage whose turn it is.
 */
public final class EventSlot {
    /** What a slot holds. Each kind is a record of the journal. */
    public enum Kind {
        /** An accepted event. */
        EVENT,
        /** Sequences that can't come any more. */
        VOID,
        /** Time went on while a batch was open. */
        TICK,
        /** The proxy started. */
        START,
        /** The proxy was stopped in order. */
        SHUTDOWN
    }

    private final UnsafeBuffer wireEvent = new UnsafeBuffer(0, 0);
    private Kind kind;
    private long journalTimeNs;
    private long wallTimeNs;
    private RecorderState recorder;
    private long fromSequence;
    private long sequence;
    private VoidCause cause;
    private ProxyStart start;
    private DispatchMark mark;
    private long arenaEnd;

    private long position;
    private long nextPosition;

    private int keyEpoch;
    private long keyHigh;
    private long keyLow;
    private long eventIdHigh;
    private long eventIdLow;
    private long firstSeenNs;
    private long firstRecordTimeNs;
    private long lastRecordTimeNs;
    private long firstPosition;
    private long occurrences;
    private boolean overfull;
    private boolean suppressed;
    private boolean unreadable;
    private boolean forgetsWindows;

    /** Begins anew with the stamps of the producer. */
    public EventSlot reset(final Kind newKind, final long newJournalTimeNs, final long newWallTimeNs) {
        kind = newKind;
        journalTimeNs = newJournalTimeNs;
        wallTimeNs = newWallTimeNs;
        recorder = null;
        start = null;
        keyEpoch = 0;
        mark = null;
        suppressed = false;
        unreadable = false;
        forgetsWindows = false;
        return this;
    }

    /** Makes it an event, whose wire message is put in place apart from this. */
    public EventSlot event(final RecorderState newRecorder, final long newSequence) {
        recorder = newRecorder;
        fromSequence = newSequence;
        sequence = newSequence;
        return this;
    }

    /** Makes it a range of sequences that can't come any more. */
    public EventSlot voided(final RecorderState newRecorder, final long from, final long to, final VoidCause newCause) {
        recorder = newRecorder;
        fromSequence = from;
        sequence = to;
        cause = newCause;
        return this;
    }

    /** Makes it a start. */
    public EventSlot start(final ProxyStart newStart) {
        start = newStart;
        return this;
    }

    /** Has the batch stage say where the dispatch log goes on behind a start. */
    public EventSlot mark(final DispatchMark newMark) {
        mark = newMark;
        return this;
    }

    /** The mark of a start; null where it has none. */
    public DispatchMark mark() {
        return mark;
    }

    /** The journal's word on a start: whether dedup forgets its windows at it. */
    public EventSlot forgetsWindows(final boolean forgets) {
        forgetsWindows = forgets;
        return this;
    }

    /** Whether dedup forgets its windows at a start. */
    public boolean forgetsWindows() {
        return forgetsWindows;
    }

    /** The journal's word on where the slot's record is. */
    public EventSlot journaledAt(final long recordPosition, final long endPosition) {
        position = recordPosition;
        nextPosition = endPosition;
        return this;
    }

    /** Remembers where its bytes in the arena end, for the producer alone. */
    public void arenaEnd(final long end) {
        arenaEnd = end;
    }

    /** Where its bytes in the arena end. */
    public long arenaEnd() {
        return arenaEnd;
    }

    /** Dedup's own note: what makes the event the same as another. */
    public EventSlot key(final long high, final long low, final int epoch) {
        keyHigh = high;
        keyLow = low;
        keyEpoch = epoch;
        return this;
    }

    /** Under which of its rules dedup has noted the key; 0 where it has not. */
    public int keyEpoch() {
        return keyEpoch;
    }

    /** Upper half of the key. */
    public long keyHigh() {
        return keyHigh;
    }

    /** Lower half of the key. */
    public long keyLow() {
        return keyLow;
    }

    /** Dedup's word on an event that it has not seen within the interval. */
    public void firstOccurrence(
        final long idHigh, final long idLow, final long recordTimeNs, final boolean isOverfull) {
        eventIdHigh = idHigh;
        eventIdLow = idLow;
        firstSeenNs = journalTimeNs;
        firstRecordTimeNs = recordTimeNs;
        lastRecordTimeNs = recordTimeNs;
        firstPosition = position;
        occurrences = 1;
        overfull = isOverfull;
    }

    /** Dedup's word on a repeat: which event it repeats. */
    public EventSlot repeatOf(final long idHigh, final long idLow, final long firstJournalPosition) {
        eventIdHigh = idHigh;
        eventIdLow = idLow;
        firstPosition = firstJournalPosition;
        overfull = false;
        return this;
    }

    /** When the event that is repeated was first seen, and which occurrence this is. */
    public void occurrence(
        final long firstJournalTimeNs, final long firstRecordNs, final long recordTimeNs, final long count) {
        firstSeenNs = firstJournalTimeNs;
        firstRecordTimeNs = firstRecordNs;
        lastRecordTimeNs = recordTimeNs;
        occurrences = count;
    }

    /** What it holds. */
    public Kind kind() {
        return kind;
    }

    /** The wire message of an {@link Kind#EVENT}, header included. */
    public UnsafeBuffer wireEvent() {
        return wireEvent;
    }

    /** When it came: ns since the epoch, never before that of the slot before it. */
    public long journalTimeNs() {
        return journalTimeNs;
    }

    /** The wall clock then, ns since the epoch. */
    public long wallTimeNs() {
        return wallTimeNs;
    }

    /** Whose event it is, or whose sequences are passed over; null otherwise. */
    public RecorderState recorder() {
        return recorder;
    }

    /** First of the sequences that a {@link Kind#VOID} passes over. */
    public long fromSequence() {
        return fromSequence;
    }

    /** The event's sequence, or the last one that is passed over. */
    public long sequence() {
        return sequence;
    }

    /** Why it is passed over. */
    public VoidCause cause() {
        return cause;
    }

    /** What a {@link Kind#START} sets. */
    public ProxyStart start() {
        return start;
    }

    /** Where it is in the journal. Set by the journal stage, as what follows. */
    public long position() {
        return position;
    }

    /** Where the record after it will be. */
    public long nextPosition() {
        return nextPosition;
    }

    /** Identity of the event. Set by the dedup stage, as what follows. */
    public long eventIdHigh() {
        return eventIdHigh;
    }

    /** Identity of the event, lower half. */
    public long eventIdLow() {
        return eventIdLow;
    }

    /** Journal time of the first occurrence. */
    public long firstSeenNs() {
        return firstSeenNs;
    }

    /** The recorder's wall clock at the first occurrence. */
    public long firstRecordTimeNs() {
        return firstRecordTimeNs;
    }

    /** The recorder's wall clock at this occurrence. */
    public long lastRecordTimeNs() {
        return lastRecordTimeNs;
    }

    /** The first occurrence in the journal. */
    public long firstPosition() {
        return firstPosition;
    }

    /** Occurrences so far, this one included. */
    public long occurrences() {
        return occurrences;
    }

    /** Whether it was treated as new because dedup was full. */
    public boolean overfull() {
        return overfull;
    }

    /** Says that the event is journaled, and no more than that. */
    public void suppress() {
        suppressed = true;
    }

    /** Says that the event can't be decoded: it is journaled, and for what follows it is not there. */
    public void unreadable() {
        unreadable = true;
    }

    /** Whether the event can't be decoded. */
    public boolean isUnreadable() {
        return unreadable;
    }

    /** Whether the event is in no batch. */
    public boolean suppressed() {
        return suppressed;
    }
}
