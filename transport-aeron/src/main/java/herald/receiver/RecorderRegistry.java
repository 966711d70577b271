package herald.receiver;

import herald.link.Acknowledger;
import herald.link.CounterId;
import herald.link.DirectoryIdentity;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The recorders that the proxy knows, and the one rule by which events are accepted: the one after the last accepted.
 * Receiver's thread, after recovery has filled it.
 */
public final class RecorderRegistry {
    /** What became of an event. */
    enum Outcome { ACCEPTED, REFUSED, RESENT, GAP, FULL }

    private final Map<UUID, RecorderState> recorders = new HashMap<>();
    private final EventIngress ingress;
    private final CounterId.Sink counters;
    private final DirectoryPast past;
    private final ErrorHandler errorHandler;
    private long accepted;

    /**
     * A registry that knows nobody yet.
     *
     * @param ingress      where accepted events go.
     * @param counters     told what happens.
     * @param identity     of the data directory.
     * @param errorHandler told of events that were acknowledged and are gone.
     */
    public RecorderRegistry(
        final EventIngress ingress,
        final CounterId.Sink counters,
        final DirectoryIdentity identity,
        final ErrorHandler errorHandler) {
        this.ingress = ingress;
        this.counters = counters;
        this.past = new DirectoryPast(identity);
        this.errorHandler = errorHandler;
    }

    DirectoryPast past() {
        return past;
    }

    /**
     * Makes a recorder known that the journal knows.
     *
     * @param recorder as recovered.
     */
    public void add(final RecorderState recorder) {
        recorders.put(recorder.id(), recorder);
    }

    /**
     * How many recorders are known.
     *
     * @return from 0.
     */
    public int size() {
        return recorders.size();
    }

    /**
     * Forgets the recorders that the journal has forgotten, or has never heard of: one that comes back is met anew.
     *
     * @return how many.
     */
    int forgetAbsent() {
        final int before = recorders.size();
        recorders.values().removeIf(RecorderState::isAbsent);
        return before - recorders.size();
    }

    /**
     * Finds a recorder or meets it: an unknown one starts at its first sequence, unless it was acknowledged by what
     * this data directory was before it was put back.
     *
     * @param id            of it.
     * @param firstSequence that it will send.
     * @param acknowledged  what it says of the past.
     * @return its state.
     */
    RecorderState meet(final UUID id, final long firstSequence, final Acknowledged acknowledged) {
        return recorders.computeIfAbsent(id, unknown ->
            new RecorderState(unknown, past.isGone(acknowledged) ? 0 : firstSequence - 1));
    }

    /**
     * Whether this data directory acknowledged events to a recorder that the journal does not hold, and does not call
     * gone.
     *
     * @param id       of it.
     * @param sequence up to which it was acknowledged.
     * @param by       who did.
     * @return false where all of them are there, were forgotten, or are another directory's.
     */
    boolean lacks(final UUID id, final long sequence, final Acknowledger by) {
        final RecorderState known = recorders.get(id);
        return known == null ? past.isGone(new Acknowledged(sequence, by)) :
            sequence > known.acceptedSequence() && by.isKnown() && past.isOurs(by);
    }

    /**
     * Passes over what was acknowledged to a recorder and is not in the journal.
     *
     * @param recorder     that says so.
     * @param acknowledged up to where, and by whom.
     * @return false where the ring has no room: ask again.
     */
    boolean passAcknowledged(final RecorderState recorder, final Acknowledged acknowledged) {
        final long expected = recorder.acceptedSequence() + 1;
        final long to = acknowledged.sequence();
        if (to < expected) {
            return true;
        }
        final boolean ours = past.isOurs(acknowledged.by());
        if (!passOver(recorder, expected, to,
            ours ? VoidCause.ACKNOWLEDGED_AND_GONE : VoidCause.ACKNOWLEDGED_ELSEWHERE)) {
            return false;
        }
        counters.add(
            ours ? ReceiverCounter.ACKNOWLEDGED_AND_GONE : ReceiverCounter.ACKNOWLEDGED_ELSEWHERE, to - expected + 1);
        errorHandler.onError(new IllegalStateException("events " + expected + " to " + to + " of recorder " +
            recorder.id() + (ours ?
            " were acknowledged to it and are not in the journal any more: the data directory was put back to an " +
                "older state, or a power cut took what was not forced; they are lost here" :
            " were acknowledged by the proxy of data directory " + acknowledged.by().directoryId() +
                ", not by this one: look for them there")));
        return true;
    }

    /**
     * Passes over what a recorder says that it does not have any more.
     *
     * @param recorder      that says so.
     * @param firstSequence that it still has.
     * @return false where the ring has no room: ask again.
     */
    boolean passTo(final RecorderState recorder, final long firstSequence) {
        final long expected = recorder.acceptedSequence() + 1;
        if (firstSequence <= expected) {
            return true;
        }
        return passOver(recorder, expected, firstSequence - 1, VoidCause.LOST_BY_RECORDER);
    }

    private boolean passOver(final RecorderState recorder, final long from, final long to, final VoidCause cause) {
        if (!ingress.onVoid(recorder, from, to, cause)) {
            counters.increment(ReceiverCounter.BACK_PRESSURE);
            return false;
        }
        recorder.acceptedSequence(to);
        counters.add(ReceiverCounter.VOIDED, to - from + 1);
        return true;
    }

    /**
     * Says what would become of an event.
     *
     * @param recorder whose event it is.
     * @param sequence of it.
     * @return {@link Outcome#ACCEPTED} where it is the next one.
     */
    static Outcome place(final RecorderState recorder, final long sequence) {
        final long expected = recorder.acceptedSequence() + 1;
        return sequence == expected ? Outcome.ACCEPTED : sequence < expected ? Outcome.RESENT : Outcome.GAP;
    }

    /**
     * Accepts the next event of a recorder.
     *
     * @param recorder whose event it is.
     * @param sequence of it.
     * @param buffer   that holds it.
     * @param offset   of its message header.
     * @param length   in bytes.
     * @return false where the ring has no room.
     */
    boolean accept(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (!ingress.onEvent(recorder, sequence, buffer, offset, length)) {
            counters.increment(ReceiverCounter.BACK_PRESSURE);
            return false;
        }
        recorder.acceptedSequence(sequence);
        accepted++;
        return true;
    }

    /** Counts what was accepted since the last time: once a turn, since the counter is shared. */
    void countAccepted() {
        if (accepted > 0) {
            counters.add(ReceiverCounter.ACCEPTED, accepted);
            accepted = 0;
        }
    }

    /**
     * Passes over the next event of a recorder because it can't be taken.
     *
     * @param recorder whose event it is.
     * @param sequence of it.
     * @return false where the ring has no room.
     */
    boolean refuse(final RecorderState recorder, final long sequence) {
        if (!passOver(recorder, sequence, sequence, VoidCause.REFUSED)) {
            return false;
        }
        counters.increment(ReceiverCounter.REFUSED);
        return true;
    }
}
