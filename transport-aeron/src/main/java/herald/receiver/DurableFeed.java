package herald.receiver;

import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Tells the receiver which recorders have newly durable events: written by the journal's thread, read by the
 * receiver's. A recorder is in it once at most, whatever the rate.
 */
public final class DurableFeed {
    private static final int CAPACITY = 64 * 1024;

    private final OneToOneConcurrentArrayQueue<RecorderState> queue = new OneToOneConcurrentArrayQueue<>(CAPACITY);

    /**
     * Says that a recorder's events are durable. Journal's thread.
     *
     * @param recorder whose events they are.
     */
    public void publish(final RecorderState recorder) {
        recorder.durableSequence(recorder.journaledSequence());
        if (!recorder.isInFeed()) {
            recorder.inFeed(true);
            if (!queue.offer(recorder)) {
                // The receiver's timer finds it.
                recorder.inFeed(false);
            }
        }
    }

    /**
     * The next recorder with something new. Receiver's thread.
     *
     * @return null where there is none.
     */
    RecorderState poll() {
        final RecorderState recorder = queue.poll();
        if (recorder != null) {
            recorder.inFeed(false);
        }
        return recorder;
    }
}
