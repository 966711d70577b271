package herald.engine;

import herald.link.CounterId;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counters for a test to look at.
 */
public final class Counts implements CounterId.Sink {
    private final Map<CounterId, Long> counts = new ConcurrentHashMap<>();

    @Override
    public void add(final CounterId counter, final long amount) {
        counts.merge(counter, amount, Long::sum);
    }

    /**
     * A counter's value.
     *
     * @param counter to read.
     * @return from 0.
     */
    public long get(final CounterId counter) {
        return counts.getOrDefault(counter, 0L);
    }
}
