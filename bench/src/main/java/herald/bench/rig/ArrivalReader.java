package herald.bench.rig;

import herald.dispatch.EventBatch;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;

import java.util.UUID;

/**
 * Reads who recorded the events of a batch, and notes that they have arrived. Owned by one thread.
 */
final class ArrivalReader {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final Arrivals arrivals;
    private UUID recorder = new UUID(0, 0);

    ArrivalReader(final Arrivals arrivals) {
        this.arrivals = arrivals;
    }

    void note(final EventBatch batch, final int from, final int to, final long nowNs) {
        for (int i = from; i < to && arrivals.isExpecting(); i++) {
            batch.entry(i);
            event.wrapAndApplyHeader(batch.wireEvent(), 0, header);
            arrivals.note(recorder(event.recorderIdHigh(), event.recorderIdLow()), event.sequence(), nowNs);
        }
    }

    /** Many events in a row are one recorder's. */
    private UUID recorder(final long high, final long low) {
        if (recorder.getMostSignificantBits() != high || recorder.getLeastSignificantBits() != low) {
            recorder = new UUID(high, low);
        }
        return recorder;
    }
}
