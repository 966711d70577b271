package herald.receiver;

import herald.link.CounterId;
import org.agrona.DirectBuffer;

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
    private long accepted;

    /**
     * A registry that knows nobody yet.
     *
     * @param ingress  where accepted events go.
     * @param counters told what happens.
     */
    public RecorderRegistry(final EventIngress ingress, final CounterId.Sink counters) {
        this.ingress = ingress;
        this.counters = counters;
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
     * Finds a recorder or meets it: an unknown one starts at its first sequence.
     *
     * @param id            of it.
     * @param firstSequence that it will send.
     * @return its state.
     */
    RecorderState meet(final UUID id, final long firstSequence) {
        return recorders.computeIfAbsent(id, unknown -> new RecorderState(unknown, firstSequence - 1));
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
        return passOver(recorder, expected, firstSequence - 1, false);
    }

    private boolean passOver(final RecorderState recorder, final long from, final long to, final boolean refused) {
        if (!ingress.onVoid(recorder, from, to, refused)) {
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
        if (!passOver(recorder, sequence, sequence, true)) {
            return false;
        }
        counters.increment(ReceiverCounter.REFUSED);
        return true;
    }
}
