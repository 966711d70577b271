package herald.writer;

import herald.link.CounterId;
import herald.log.LogDamage;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a writer lost to damage of the dispatch log: told and counted once, also where it is read again. Owned by the
 * writer's agent.
 */
final class LostBytes {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);

    private final String writer;
    private final WriterStatus status;
    private final CounterId.Sink counters;
    private final OvertakenEvents overtaken;
    private long toldPosition;

    LostBytes(
        final String writer,
        final WriterStatus status,
        final CounterId.Sink counters,
        final OvertakenEvents overtaken) {
        this.overtaken = overtaken;
        this.writer = writer;
        this.status = status;
        this.counters = counters;
    }

    void onDamage(final LogDamage damage) {
        if (damage.toPosition() <= toldPosition) {
            return;
        }
        toldPosition = damage.toPosition();
        if (damage.unreadable()) {
            counters.increment(ProxyCounter.UNREADABLE_RECORDS);
        }
        final long bytes = damage.toPosition() - damage.fromPosition();
        counters.add(ProxyCounter.WRITER_LOST_BYTES, bytes);
        status.add(WriterStatus.Field.LOST_BYTES, bytes);
        overtaken.addBytes(damage.fromPosition(), damage.toPosition());
        LOGGER.error("writer {} lost {}", writer, damage);
    }
}
