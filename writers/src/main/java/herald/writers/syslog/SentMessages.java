package herald.writers.syslog;

import java.util.ArrayDeque;

/**
 * When messages were sent that may still be lost, oldest first, those of one write together.
 */
final class SentMessages {
    /**
     * Messages of one write.
     *
     * @param count       how many.
     * @param endPosition how many bytes the connection had been given behind them.
     * @param sentNs      when.
     */
    private record Sent(int count, long endPosition, long sentNs) {
    }

    private final ArrayDeque<Sent> acknowledged = new ArrayDeque<>();
    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();
    private final int limit;
    private int size;

    SentMessages(final int limit) {
        this.limit = limit;
    }

    int size() {
        return size;
    }

    int room() {
        return limit - size;
    }

    void add(final int count, final long endPosition, final long sentNs) {
        if (count > 0) {
            unacknowledged.addLast(new Sent(count, endPosition, sentNs));
            size += count;
        }
    }

    /** The other host has so many bytes of the connection. */
    void acknowledgeUntil(final long position) {
        while (hasUnacknowledged() && unacknowledged.peekFirst().endPosition - position <= 0) {
            acknowledged.addLast(unacknowledged.removeFirst());
        }
    }

    boolean hasUnacknowledged() {
        return !unacknowledged.isEmpty();
    }

    /** When the oldest was sent that is not acknowledged. Only where there is one. */
    long oldestUnacknowledgedNs() {
        return unacknowledged.peekFirst().sentNs;
    }

    /** What was sent until then, and acknowledged, is delivered; whether that is any. */
    boolean settleUntil(final long timeNs) {
        final int before = size;
        while (!acknowledged.isEmpty() && acknowledged.peekFirst().sentNs - timeNs <= 0) {
            size -= acknowledged.removeFirst().count;
        }
        return size < before;
    }

    void clear() {
        acknowledged.clear();
        unacknowledged.clear();
        size = 0;
    }
}
