package herald.writer;

import herald.link.CounterId;
import herald.stage.ProxyCounter;

/**
 * Counts what a writer's destination took and put aside. Owned by the writer's agent.
 */
final class DeadLettersThere {
    private final WriterStatus status;
    private final CounterId.Sink counters;
    private long counted;

    DeadLettersThere(final WriterStatus status, final CounterId.Sink counters) {
        this.status = status;
        this.counters = counters;
    }

    void count(final long there) {
        if (there > counted) {
            counters.add(ProxyCounter.DEAD_LETTERS_THERE, there - counted);
            status.add(WriterStatus.Field.DEAD_LETTERS_THERE, there - counted);
            counted = there;
        }
    }
}
