package herald.receiver;

import herald.link.CounterId;
import herald.link.EventEnvelope;
import herald.receiver.RecorderRegistry.Outcome;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;

/**
 * The one door for events: what comes over the link, from this host or another, and what is taken from a spool pass the
 * same checks. The journal is read again at every start, so nothing gets there that says something else than what it
 * came under, is longer than the limit, or can't be decoded. What is refused is passed over, counted, and kept in the
 * quarantine file. Receiver's thread.
 *
 * <pre>
 *   EventReceiver  --.
 *                     +--> place in the recorder's order -> envelope -> limit -> fields --> RecorderRegistry
 *   SpoolAdopter   --'                                        `---------`--------`--> void, quarantine
 * </pre>
 */
final class EventAcceptance {
    private final RecorderRegistry registry;
    private final int maxEventLength;
    private final CounterId.Sink counters;
    private final Quarantine quarantine;
    private final EpochNanoClock wallClock;
    private final EventEnvelope envelope = new EventEnvelope();
    private final EventValidator validator = new EventValidator();

    EventAcceptance(final EventReceiver.Context context, final RecorderRegistry registry) {
        this.registry = registry;
        this.maxEventLength = context.maxEventLength();
        this.counters = context.counters();
        this.quarantine = context.quarantine();
        this.wallClock = context.wallClock();
    }

    /**
     * Takes an event, where it is the next one of its recorder.
     *
     * @param recorder that it came under.
     * @param sequence that it came under.
     * @param buffer   that holds it.
     * @param offset   of its message header.
     * @param length   in bytes.
     * @return {@link Outcome#FULL} where it has to come again, {@link Outcome#GAP} where others before it are missing.
     */
    Outcome take(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        final Outcome place = RecorderRegistry.place(recorder, sequence);
        if (place == Outcome.RESENT) {
            counters.increment(ReceiverCounter.RESENT);
        }
        return place == Outcome.ACCEPTED ? takeNext(recorder, sequence, buffer, offset, length) : place;
    }

    private Outcome takeNext(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        final String defect = defectOf(recorder, sequence, buffer, offset, length);
        if (defect == null) {
            return registry.accept(recorder, sequence, buffer, offset, length) ? Outcome.ACCEPTED : Outcome.FULL;
        }
        if (!registry.refuse(recorder, sequence)) {
            return Outcome.FULL;
        }
        quarantine(defect, buffer, offset, length);
        return Outcome.REFUSED;
    }

    private String defectOf(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        final String strange = envelope.defectOf(recorder.id(), sequence, buffer, offset, length);
        if (strange != null) {
            return strange;
        }
        return length > maxEventLength ? "over the limit" : validator.defectOf(buffer, offset, length);
    }

    /**
     * Keeps bytes that are refused for somebody to look at.
     *
     * @param reason why.
     * @param buffer that holds them.
     * @param offset of the first.
     * @param length in bytes.
     */
    void quarantine(final String reason, final DirectBuffer buffer, final int offset, final int length) {
        if (!quarantine.put(wallClock.nanoTime(), reason, buffer, offset, length)) {
            counters.increment(ReceiverCounter.NOT_QUARANTINED);
        }
    }
}
