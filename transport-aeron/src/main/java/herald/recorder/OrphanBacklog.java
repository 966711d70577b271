package herald.recorder;

import herald.link.Acknowledger;
import herald.link.EventEnvelope;
import org.agrona.DirectBuffer;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.UUID;

/**
 * The whole events of an {@link OrphanSpool} for a link to send, run by run: what damage took between two runs, or
 * behind the last one, is passed over once everything before it is acknowledged. The file stays as it is. A position is
 * an event's index.
 */
final class OrphanBacklog implements Backlog {
    private static final byte[] NOTHING = {};

    private final OrphanSpool orphan;
    private final EventEnvelope envelope = new EventEnvelope();
    private final BitSet lost = new BitSet();
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
        while (end < orphan.events() && !lost.get(end) &&
            (end == head || orphan.sequence(end) == orphan.sequence(end - 1) + 1)) {
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

    /** An event that is there no more, or is not what its frame says, ends the run: the proxy would wait for it. */
    @Override
    public long frameAt(final long position, final DirectBuffer frame) {
        final int index = (int)position;
        if (index < tail && isTakeable(index, frame)) {
            return position + 1;
        }
        lost.set(index);
        tail = endOfRun();
        frame.wrap(NOTHING, 0, 0);
        return Math.max(position + 1, orphan.events());
    }

    private boolean isTakeable(final int index, final DirectBuffer frame) {
        if (!orphan.event(index, frame)) {
            return false;
        }
        final long sequence = orphan.sequence(index);
        final String defect = envelope.defectOf(orphan.recorderId(), sequence, frame, 0, frame.capacity());
        if (defect != null) {
            orphan.lose(index, "event " + sequence + ": " + defect);
        }
        return defect == null;
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
        final int next = lost.nextClearBit(head);
        return next < orphan.events() ? orphan.sequence(next) : Math.max(orphan.lastSequence(), trimmedSequence) + 1;
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
        while (head < orphan.events() && (lost.get(head) || orphan.sequence(head) <= sequence)) {
            head++;
        }
        trimmedSequence = Math.max(trimmedSequence, sequence);
        tail = endOfRun();
    }

    @Override
    public Acknowledger acknowledger() {
        return orphan.acknowledger();
    }

    @Override
    public void acknowledgedBy(final Acknowledger by) {
        orphan.acknowledgedBy(by);
    }

    @Override
    public void acknowledgedAt(final long journalPosition) {
        orphan.acknowledgedAt(journalPosition);
    }

    @Override
    public long nextAttempt() {
        return orphan.nextAttempt();
    }

    @Override
    public void count(final RecorderCounter counter, final long amount) {
        orphan.count(counter, amount);
    }

    @Override
    public int longestWaiting() {
        return orphan.longestEvent();
    }
}
