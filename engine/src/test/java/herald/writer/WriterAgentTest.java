package herald.writer;

import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.dispatch.EventBatch;
import herald.engine.Counts;
import herald.engine.EventSlot;
import herald.engine.ProxyCounter;
import herald.engine.Slots;
import herald.engine.TestClock;
import herald.engine.WireEvents;
import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A writer's agent, step by step: nothing is passed over that was not delivered, whatever the writer does.
 */
@Timeout(30)
class WriterAgentTest {
    private static final long MS = 1_000_000;
    private static final int EVENTS_PER_BATCH = 4;

    @TempDir
    private Path dir;
    private final TestClock clock = new TestClock();
    private final Counts counts = new Counts();
    private final List<String> delivered = new ArrayList<>();
    private final RecorderState recorder = new RecorderState(WireEvents.RECORDER, 0);
    private Script script = (batch, index) -> batch.size() - index;
    private int flushes;
    private int flushFailures;
    private DispatchLog log;
    private BatchHandler handler;
    private WriterAgent agent;
    private long sequence;

    /** What the writer under test does. */
    private interface Script {
        int write(EventBatch batch, int index) throws WriterException;
    }

    /** Does what the script says and keeps what was done. */
    private final class ScriptedWriter implements EventWriter {
        @Override
        public String name() {
            return "w";
        }

        @Override
        public int write(final EventBatch batch, final int index) throws WriterException {
            int done = 0;
            try {
                done = script.write(batch, index);
                return done;
            } catch (final WriterException e) {
                done = e.done();
                throw e;
            } finally {
                for (int i = 0; i < Math.min(done, batch.size() - index); i++) {
                    delivered.add(batch.event(index + i).message());
                }
            }
        }

        @Override
        public void flush() throws WriterException {
            flushes++;
            if (flushFailures > 0) {
                flushFailures--;
                throw WriterException.retryable(0, "flush failed", null);
            }
        }

        @Override
        public void close() {
        }
    }

    @BeforeEach
    void open() {
        final SegmentedLog segments = SegmentedLog.open(
            new SegmentedLog.Config(SystemDisk.INSTANCE, dir.resolve("dispatch"), 64 * 1024, new UUID(1, 2), clock.wall()),
            0, damage -> { });
        log = new DispatchLog(segments, 0, 0);
        handler = new BatchHandler(log, false, counts);
        handler.configure(Slots.settings(1000 * MS, 100 * MS, 100, 16 * 1024));
    }

    @AfterEach
    void close() {
        if (agent != null) {
            agent.onClose();
        }
        log.close();
    }

    private WriterAgent start(final EventFilter filter, final boolean atOldest) throws IOException {
        if (agent != null) {
            agent.onClose();
        }
        Files.createDirectories(dir.resolve("bookmarks"));
        agent = new WriterAgent(new WriterAgent.Context(SystemDisk.INSTANCE, dir.resolve("dispatch"), log.logId(),
            log.log().position(), dir.resolve("bookmarks"), dir.resolve("dead"), true, clock.nano(), clock.wall(),
            new SplittableRandom(1), counts), new ScriptedWriter(), filter, atOldest);
        return agent;
    }

    private void dispatchBatch() {
        for (int i = 0; i < EVENTS_PER_BATCH; i++) {
            sequence++;
            final EventSlot slot = Slots.event(TestClock.START_NS,
                WireEvents.event("m" + sequence).by(WireEvents.RECORDER, sequence).encode(), recorder, sequence);
            slot.firstOccurrence(9, sequence, 0, false);
            handler.onSlot(slot);
        }
        handler.onSlot(Slots.of(EventSlot.Kind.SHUTDOWN, TestClock.START_NS + 1));
    }

    private void steps(final int count) {
        for (int i = 0; i < count; i++) {
            agent.doWork();
        }
    }

    private static List<String> messages(final int from, final int to) {
        final List<String> messages = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            messages.add("m" + i);
        }
        return messages;
    }

    @Test
    void shouldBeginAtTheEndOrAtTheOldestWhereItIsNew() throws IOException {
        dispatchBatch();
        start(EventFilter.ALL, false);
        dispatchBatch();
        steps(5);
        assertThat(delivered).isEqualTo(messages(5, 8));
        Files.delete(dir.resolve("bookmarks/w.bookmark"));
        delivered.clear();
        start(EventFilter.ALL, true);
        steps(5);
        assertThat(delivered).isEqualTo(messages(1, 8));
        assertThat(agent.deliveredPosition()).isEqualTo(log.log().position());
    }

    @Test
    void shouldMoveTheBookmarkOnlyBehindWhatIsDeliveredAndFlushed() throws IOException {
        start(EventFilter.ALL, false);
        dispatchBatch();
        script = (batch, index) -> 1;
        flushFailures = 1;
        steps(1);
        assertThat(flushes).isOne();
        assertThat(agent.isFailing()).isTrue();

        start(EventFilter.ALL, false);
        steps(2);
        assertThat(delivered).containsExactly("m1", "m1", "m2");
        start(EventFilter.ALL, false);
        steps(9);
        assertThat(delivered).containsExactly("m1", "m1", "m2", "m3", "m4");
    }

    @Test
    void shouldTryAgainForEverWithGrowingWaits() throws IOException {
        start(EventFilter.ALL, false);
        dispatchBatch();
        script = (batch, index) -> {
            throw WriterException.retryable(0, "down", null);
        };
        final List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            final long before = counts.get(ProxyCounter.DELIVERY_RETRIES);
            long waited = 0;
            while (counts.get(ProxyCounter.DELIVERY_RETRIES) == before) {
                agent.doWork();
                clock.advance(10 * MS);
                waited += 10;
            }
            waits.add(waited);
        }
        assertThat(waits.get(1)).isBetween(40L, 120L);
        assertThat(waits.get(3)).isBetween(190L, 420L);
        assertThat(waits.get(14)).isBetween(15_000L, 30_020L);
        script = (batch, index) -> batch.size() - index;
        clock.advance(31_000 * MS);
        steps(1);
        assertThat(delivered).isEqualTo(messages(1, 4));
        assertThat(agent.isFailing()).isFalse();
    }

    @Test
    void shouldPutAsideWhatADestinationWillNeverTakeAndGoOn() throws IOException {
        start(EventFilter.ALL, false);
        dispatchBatch();
        script = (batch, index) -> {
            for (int i = index; i < batch.size(); i++) {
                if (batch.event(i).message().equals("m3")) {
                    throw WriterException.notRetryable(i - index, "too\nlong", null);
                }
            }
            return batch.size() - index;
        };
        steps(4);
        assertThat(delivered).containsExactly("m1", "m2", "m4");
        assertThat(counts.get(ProxyCounter.DEAD_LETTERS)).isOne();
        assertThat(Files.readString(dir.resolve("dead/w.txt")).lines()).singleElement()
            .satisfies(line -> assertThat(line).contains("message=\"m3\"", "reason=\"too_long\"", "place=2"));
    }

    @Test
    void shouldTakeNonsenseForAFailure() throws IOException {
        start(EventFilter.ALL, false);
        dispatchBatch();
        for (final int nonsense : new int[] {0, -1, EVENTS_PER_BATCH + 1, Integer.MAX_VALUE}) {
            script = (batch, index) -> nonsense;
            clock.advance(60_000 * MS);
            steps(1);
        }
        script = (batch, index) -> {
            throw new IllegalStateException("a bug");
        };
        clock.advance(60_000 * MS);
        steps(1);
        assertThat(counts.get(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(5);
        delivered.clear();
        script = (batch, index) -> batch.size() - index;
        clock.advance(60_000 * MS);
        steps(1);
        assertThat(delivered).isEqualTo(messages(1, 4));
    }

    @Test
    void shouldDeliverAgainFromTheOldestWhereItsBookmarkIsDamagedOrOfAnotherLog() throws IOException {
        dispatchBatch();
        final Path bookmark = dir.resolve("bookmarks/w.bookmark");
        Files.createDirectories(bookmark.getParent());
        Files.write(bookmark, new byte[] {1, 2, 3});
        start(EventFilter.ALL, false);
        start(EventFilter.ALL, false);
        steps(2);
        assertThat(delivered).isEqualTo(messages(1, 4));
        assertThat(counts.get(ProxyCounter.BOOKMARKS_DAMAGED)).isOne();

        agent.onClose();
        agent = null;
        try (Bookmark other = Bookmark.open(SystemDisk.INSTANCE, bookmark, true)) {
            other.move(new UUID(8, 8), 640, 2);
        }
        start(EventFilter.ALL, false);
        steps(2);
        assertThat(delivered).hasSize(8);
        assertThat(counts.get(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(2);
    }

    @Test
    void shouldResumeAPartlyDeliveredBatchBehindAFilter() throws IOException {
        final EventFilter even = EventFilter.builder().message("m(2|4|6|8)").build();
        start(even, false);
        dispatchBatch();
        dispatchBatch();
        script = (batch, index) -> 1;
        steps(1);
        start(even, false);
        steps(9);
        assertThat(delivered).containsExactly("m2", "m4", "m6", "m8");
        assertThat(counts.get(ProxyCounter.FILTERED)).isEqualTo(6);
        dispatchBatch();
        start(EventFilter.builder().message("none").build(), false);
        steps(3);
        assertThat(agent.deliveredPosition()).isEqualTo(log.log().position());
    }

    @Test
    void shouldBackOffWhereTheLogCannotBeReadAndLoseNothing() throws IOException {
        start(EventFilter.ALL, true);
        dispatchBatch();
        final Path segment = SystemDisk.INSTANCE.list(dir.resolve("dispatch"), ".log").get(0);
        final Path away = dir.resolve("away");
        Files.move(segment, away);
        Files.write(segment, new byte[100]);
        steps(3);
        assertThat(counts.get(ProxyCounter.DELIVERY_RETRIES)).isOne();
        Files.delete(segment);
        Files.move(away, segment);
        clock.advance(1000 * MS);
        steps(1);
        assertThat(delivered).isEqualTo(messages(1, 4));
    }
}
