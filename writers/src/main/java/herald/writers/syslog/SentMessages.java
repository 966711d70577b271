package herald.writers.syslog;

import java.util.ArrayDeque;

/**
 * When messages were sent that may still be lost, oldest first, those of one write together.
 */
final class SentMessages {
    /** Messages of one write. */
    private static final class Sent {
        private final int count;
        private final long sentNs;
        private boolean acknowledged;

        Sent(final int count, final long sentNs) {
            this.count = count;
            this.sentNs = sentNs;
        }
    }

    private final ArrayDeque<Sent> writes = new ArrayDeque<>();
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

    void add(final int count, final long sentNs) {
        if (count > 0) {
            writes.addLast(new Sent(count, sentNs));
            size += count;
        }
    }

    /** The other host has all that was sent so far. */
    void acknowledgeAll() {
        for (final Sent write : writes) {
            write.acknowledged = true;
        }
    }

    /** What was sent until then, and acknowledged, is delivered. */
    void settleUntil(final long timeNs) {
        while (size > 0 && writes.peekFirst().acknowledged && writes.peekFirst().sentNs - timeNs <= 0) {
            size -= writes.removeFirst().count;
        }
    }

    /** When the oldest was sent. Only where there is one. */
    long oldestNs() {
        return writes.peekFirst().sentNs;
    }

    void clear() {
        writes.clear();
        size = 0;
    }
}
