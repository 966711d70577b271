package herald.engine;

import herald.event.EventDefaults;
import herald.receiver.RecorderState;
import org.agrona.DirectBuffer;

/**
 * Slots as the ring's producer fills them.
 */
public final class Slots {
    private Slots() {
    }

    /**
     * A slot with an event.
     *
     * @param journalTimeNs when it came.
     * @param wireEvent     the whole message.
     * @param recorder      whose it is.
     * @param sequence      of it.
     * @return the slot.
     */
    public static EventSlot event(
        final long journalTimeNs, final DirectBuffer wireEvent, final RecorderState recorder, final long sequence) {
        final EventSlot slot = new EventSlot().reset(EventSlot.Kind.EVENT, journalTimeNs, journalTimeNs)
            .event(recorder, sequence);
        slot.wireEvent().wrap(wireEvent);
        return slot;
    }

    /**
     * A slot that passes over sequences.
     *
     * @param journalTimeNs when.
     * @param recorder      whose they are.
     * @param from          the first.
     * @param to            the last.
     * @return the slot.
     */
    public static EventSlot voided(
        final long journalTimeNs, final RecorderState recorder, final long from, final long to) {
        return new EventSlot().reset(EventSlot.Kind.VOID, journalTimeNs, journalTimeNs)
            .voided(recorder, from, to, false);
    }

    /**
     * A slot that starts a proxy.
     *
     * @param journalTimeNs when.
     * @param start         what applies from there on.
     * @return the slot.
     */
    public static EventSlot start(final long journalTimeNs, final ProxyStart start) {
        return new EventSlot().reset(EventSlot.Kind.START, journalTimeNs, journalTimeNs).start(start);
    }

    /**
     * A slot of another kind.
     *
     * @param kind          tick or shutdown.
     * @param journalTimeNs when.
     * @return the slot.
     */
    public static EventSlot of(final EventSlot.Kind kind, final long journalTimeNs) {
        return new EventSlot().reset(kind, journalTimeNs, journalTimeNs);
    }

    /**
     * Settings.
     *
     * @param dedupIntervalNs  of them.
     * @param batchIntervalNs  of them.
     * @param dedupKeyLimit    of them.
     * @param batchLengthLimit of them.
     * @return what a proxy starts with.
     */
    public static ProxyStart settings(
        final long dedupIntervalNs, final long batchIntervalNs, final long dedupKeyLimit, final int batchLengthLimit) {
        return new ProxyStart(7, dedupIntervalNs, batchIntervalNs, dedupKeyLimit, batchLengthLimit,
            EventDefaults.ofNode("node-1"));
    }
}
