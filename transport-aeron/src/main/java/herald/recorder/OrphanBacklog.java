package herald.recorder;

import org.agrona.DirectBuffer;

import java.nio.file.Path;
import java.util.UUID;

/**
 * The whole events of an {@link OrphanSpool} for a link to send, run by run: what damage took between two runs, or
 * behind the last one, is passed over once everything before it is acknowledged. The file stays as it is. A position is
 * an event's index.
 */
final class OrphanBacklog implements Backlog {
    private final OrphanSpool orphan;
    private int head;
    private int tail;
    private long trimmedSequence;

    /**
     * All that is left of a spool.
     *
     * @param orphan that outlives this.
     */
    OrphanBacklog(final OrphanSpool orphan) {
        this.orphan = orphan;
        this.trimmedSequence = orphan.firstSequence() - 1;
        this.tail = endOfRun();
    }

    private int endOfRun() {
        int end = head;
        while (end < orphan.events() && (end == head || orphan.sequence(end) == orphan.sequence(end - 1) + 1)) {
            end++;
        }
        return end;
    }

    @Override
    public UUID recorderId() {
        return orphan.recorderId();
    }

    @Override
    public Path file() {
        return orphan.file();
    }

    @Override
    public long headPosition() {
        return head;
    }

    @Override
    public long tailPosition() {
        return tail;
    }

    @Override
    public long frameAt(final long position, final DirectBuffer frame) {
        orphan.event((int)position, frame);
        return position + 1;
    }

    @Override
    public long positionOf(final long sequence) {
        int index = head;
        while (index < tail && orphan.sequence(index) < sequence) {
            index++;
        }
        return index;
    }

    @Override
    public long firstSequence() {
        return head < orphan.events() ? orphan.sequence(head) : Math.max(orphan.lastSequence(), trimmedSequence) + 1;
    }

    @Override
    public long lastSequence() {
        return orphan.lastSequence();
    }

    /** Damage may have taken the newest events and the word of them. */
    @Override
    public boolean isEndKnown() {
        return orphan.damages().isEmpty();
    }

    @Override
    public long trimmedSequence() {
        return trimmedSequence;
    }

    @Override
    public boolean isEmpty() {
        return trimmedSequence >= orphan.lastSequence();
    }

    @Override
    public void trim(final long sequence) {
        while (head < orphan.events() && orphan.sequence(head) <= sequence) {
            head++;
        }
        trimmedSequence = Math.max(trimmedSequence, sequence);
        tail = endOfRun();
    }

    @Override
    public long nextAttempt() {
        return orphan.header().getAndAddLong(SpoolDescriptor.ATTEMPT_OFFSET, 1) + 1;
    }

    @Override
    public void count(final RecorderCounter counter, final long amount) {
        orphan.header().getAndAddLong(counter.offset(), amount);
    }

    @Override
    public int longestWaiting() {
        int longest = 0;
        for (int i = head; i < orphan.events(); i++) {
            longest = Math.max(longest, orphan.eventLength(i));
        }
        return longest;
    }
}
