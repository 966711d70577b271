package herald.receiver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the journal's thread publishes, the receiver's thread sees it without being told twice.
 */
@Timeout(120)
class DurableFeedTest {
    private static final int RECORDERS = 3;
    private static final long EVENTS = 1_000_000;

    private final DurableFeed feed = new DurableFeed();

    @Test
    void shouldHoldARecorderOnceAtMost() {
        final RecorderState recorder = new RecorderState(new UUID(0, 1), 0);
        for (long sequence = 1; sequence <= 100_000; sequence++) {
            recorder.journaled(sequence, 0);
            feed.publish(recorder);
        }
        assertThat(feed.poll()).isSameAs(recorder);
        assertThat(recorder.durableSequence()).isEqualTo(100_000);
        assertThat(feed.poll()).isNull();
        feed.publish(recorder);
        assertThat(feed.poll()).isSameAs(recorder);
    }

    @Test
    void shouldShowTheLastSequenceOfEveryRecorderToAnotherThread() throws InterruptedException {
        final List<RecorderState> recorders = new ArrayList<>();
        for (int i = 0; i < RECORDERS; i++) {
            recorders.add(new RecorderState(new UUID(0, i), 0));
        }
        final Thread journal = new Thread(() -> {
            for (long sequence = 1; sequence <= EVENTS; sequence++) {
                final RecorderState recorder = recorders.get((int)(sequence % RECORDERS));
                recorder.journaled(sequence, 0);
                feed.publish(recorder);
            }
        }, "journal");
        journal.start();
        final Map<RecorderState, Long> seen = new HashMap<>();
        boolean last = false;
        while (!last) {
            last = !journal.isAlive();
            RecorderState recorder = feed.poll();
            while (recorder != null) {
                final long durable = recorder.durableSequence();
                assertThat(durable).isGreaterThanOrEqualTo(seen.getOrDefault(recorder, 0L));
                seen.put(recorder, durable);
                recorder = feed.poll();
            }
        }
        journal.join();

        for (final RecorderState recorder : recorders) {
            assertThat(seen).containsEntry(recorder, recorder.journaledSequence());
        }
    }
}
