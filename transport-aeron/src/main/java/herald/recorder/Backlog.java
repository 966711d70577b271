package herald.recorder;

import herald.link.Acknowledger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;
import java.util.UUID;

/**
 * Events of one recorder that the proxy has not acknowledged, as a {@link RecorderLink} sends them: in the order of
 * their sequences. The sender's.
 */
interface Backlog {
    /** Whose events these are. */
    UUID recorderId();

    /** The file behind it. */
    Path file();

    /** Where the oldest kept event is. */
    long headPosition();

    /** Up to where events may be sent that follow each other without a gap. Any thread. */
    long tailPosition();

    /**
     * The frame at a position before the tail.
     *
     * @param position of a frame.
     * @param frame    set to the body; empty where there is only padding.
     * @return where the next frame is.
     */
    long frameAt(long position, DirectBuffer frame);

    /**
     * Where the event of a sequence is.
     *
     * @param sequence above {@link #trimmedSequence()}.
     * @return its position, or the tail where there is none yet.
     */
    long positionOf(long sequence);

    /** Sequence of the oldest kept event, or of the next one: above {@link #trimmedSequence()} + 1 past a loss. */
    long firstSequence();

    /** Sequence of the newest event that is known to have been accepted. */
    long lastSequence();

    /** Whether no event can have been accepted after {@link #lastSequence()}. */
    boolean isEndKnown();

    /** Sequence up to which events were acknowledged. */
    long trimmedSequence();

    /** Whether every event was acknowledged, and every loss. */
    boolean isEmpty();

    /**
     * Forgets events that are acknowledged.
     *
     * @param sequence up to which they are.
     */
    void trim(long sequence);

    /** Who acknowledged last, as far as that is known. */
    Acknowledger acknowledger();

    /** Takes note of who acknowledges, before what is acknowledged is trimmed. */
    void acknowledgedBy(Acknowledger by);

    /**
     * Takes note of how far the journal of that same session has got.
     *
     * @param journalPosition in bytes.
     */
    void acknowledgedAt(long journalPosition);

    /** Numbers the next Hello, above every number that this recorder id has used. */
    long nextAttempt();

    /**
     * Counts. Each counter has one thread at a time, or one lock, under which it is counted.
     *
     * @param counter of what.
     * @param amount  how many.
     */
    void count(RecorderCounter counter, long amount);

    /**
     * Counts one, as {@link #count(RecorderCounter, long)}.
     *
     * @param counter of what.
     */
    default void count(final RecorderCounter counter) {
        count(counter, 1);
    }

    /** How long the longest event is that waits: an earlier launch may have had a higher limit. */
    default int longestWaiting() {
        final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        int longest = 0;
        long position = headPosition();
        while (position < tailPosition()) {
            position = frameAt(position, frame);
            longest = Math.max(longest, frame.capacity());
        }
        return longest;
    }
}
