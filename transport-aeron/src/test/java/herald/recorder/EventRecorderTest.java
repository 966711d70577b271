package herald.recorder;

import herald.events.ClusterEvents;
import herald.events.NodeEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a caller of {@code record} sees: sequences, refusals, mistakes, and closing at any moment.
 */
@Timeout(90)
class EventRecorderTest {
    private static final int CALLERS = 4;

    @TempDir
    private Path dir;
    private LinkFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LinkFixture(dir);
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private static long record(final EventRecorder recorder, final String message) {
        return recorder.record(ClusterEvents.LEADER_LOST, null, message, null);
    }

    private int fill() {
        int events = 0;
        while (record(fixture.recorder, "fill") > 0) {
            events++;
        }
        return events;
    }

    @Test
    void shouldRefuseAndCountWhereTheSpoolIsFullAndGoOnOnceThereIsRoom() {
        fixture.recorder = EventRecorder.launch(fixture.context());
        final int events = fill();
        assertThat(record(fixture.recorder, "one more")).isEqualTo(EventRecorder.SPOOL_FULL);
        assertThat(fixture.recorder.counter(RecorderCounter.SPOOL_FULL)).isEqualTo(2);
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(events);

        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.proxy.ack(1, events / 2);
        fixture.stepUntil(() -> fixture.recorder.acknowledgedSequence() == events / 2);
        assertThat(record(fixture.recorder, "room")).isEqualTo(events + 1);
    }

    @Test
    void shouldWaitForRoomUpToTheBound() {
        final long[] nowNs = {0};
        fixture.recorder = EventRecorder.launch(fixture.context()
            .nanoClock(() -> nowNs[0] += 1_000_000)
            .fullSpoolWaitNs(TimeUnit.MILLISECONDS.toNanos(20)));
        fill();
        final long before = nowNs[0];
        assertThat(record(fixture.recorder, "late")).isEqualTo(EventRecorder.SPOOL_FULL);
        assertThat(nowNs[0] - before).isBetween(20_000_000L, 30_000_000L);
    }

    @Test
    void shouldRefuseAndCountWhatIsTooLong() {
        fixture.recorder = EventRecorder.launch(fixture.context().maxEventLength(512));
        assertThat(record(fixture.recorder, "x".repeat(512))).isEqualTo(EventRecorder.TOO_LONG);
        assertThat(fixture.recorder.counter(RecorderCounter.TOO_LONG)).isOne();
        assertThat(record(fixture.recorder, "short")).isOne();
    }

    @Test
    void shouldNameTypeAndCatalogsWhereTheTypeIsOfAnother() {
        fixture.recorder = EventRecorder.launch(fixture.context());
        assertThatThrownBy(() -> fixture.recorder.record(NodeEvents.NODE_JOINED, null, "", null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(NodeEvents.NODE_JOINED.toString()).hasMessageContaining("[cluster]");
        assertThat(fixture.recorder.lastSequence()).isZero();
    }

    @Test
    void shouldReadAttributesOnceThoughTheyGrowMeanwhile() {
        fixture.recorder = EventRecorder.launch(fixture.context());
        assertThat(record(fixture.recorder, "before")).isOne();
        final Map<String, String> growing = new AbstractMap<>() {
            private int reads;

            @Override
            public Set<Entry<String, String>> entrySet() {
                reads++;
                return Set.of(Map.entry("key", "v".repeat(reads * 100)));
            }

            @Override
            public int size() {
                return 1;
            }
        };
        assertThat(fixture.recorder.record(ClusterEvents.LEADER_LOST, null, "", null, growing)).isEqualTo(2);
        assertThat(record(fixture.recorder, "after")).isEqualTo(3);
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(3);
    }

    @Test
    void shouldRefuseOnceClosed() {
        fixture.recorder = EventRecorder.launch(fixture.context());
        fixture.recorder.close();
        fixture.recorder.close();
        assertThat(record(fixture.recorder, "late")).isEqualTo(EventRecorder.CLOSED);
        assertThat(record(fixture.recorder, "x".repeat(10_000))).isEqualTo(EventRecorder.CLOSED);
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isZero();
    }

    @Test
    void shouldServeTheProcessThroughTheFirstRecorderThatIsNotClosed() {
        assertThatThrownBy(() -> Events.record(ClusterEvents.LEADER_LOST, "", null))
            .isInstanceOf(IllegalStateException.class).hasMessageContaining("EventRecorder.launch");
        fixture.recorder = EventRecorder.launch(fixture.context());
        try (EventRecorder second = EventRecorder.launch(fixture.context().component("second"))) {
            assertThat(Events.record(ClusterEvents.LEADER_LOST, "first", null)).isOne();
            assertThat(fixture.recorder.lastSequence()).isOne();
            fixture.recorder.close();
            assertThat(Events.record(ClusterEvents.LEADER_LOST, "second", null)).isOne();
            assertThat(second.lastSequence()).isOne();
        }
        assertThatThrownBy(() -> Events.record(ClusterEvents.LEADER_LOST, "", null))
            .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNumberWithoutGapsAndSendInOrderWhateverTheCallers() throws ExecutionException, InterruptedException {
        final int each = 500;
        fixture.recorder = EventRecorder.launch(fixture.context().spoolLength(4 * 1024 * 1024));
        fixture.startDriver();
        fixture.open(1, 0, 0);
        final List<Long> numbers = new ArrayList<>();
        final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        final List<Future<List<Long>>> results = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            results.add(callers.submit(() -> {
                final List<Long> mine = new ArrayList<>();
                for (int event = 0; event < each; event++) {
                    mine.add(record(fixture.recorder, "event " + event));
                }
                return mine;
            }));
        }
        fixture.stepUntil(() -> fixture.proxy.sequences.size() == CALLERS * each);
        for (final Future<List<Long>> result : results) {
            assertThat(result.get()).isSorted();
            numbers.addAll(result.get());
        }
        callers.shutdown();

        assertThat(numbers).containsExactlyInAnyOrderElementsOf(SpoolFixture.range(1, CALLERS * each));
        assertThat(fixture.proxy.sequences).isEqualTo(SpoolFixture.range(1, CALLERS * each));
    }

    @Test
    void shouldCloseAtAnyMomentWhileOthersRecord() throws ExecutionException, InterruptedException {
        fixture.startDriver();
        final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
        long recorded = 0;
        for (int life = 0; life < 60; life++) {
            final EventRecorder recorder = EventRecorder.launch(fixture.context()
                .nanoClock(System::nanoTime).useConductorInvoker(false).closeLingerNs(0)
                .driverCheckIntervalNs(1_000_000).errorHandler(errors::add).spoolLength(1024 * 1024));
            final List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                results.add(callers.submit(() -> recordUntilClosed(recorder)));
            }
            welcome(life % 3 == 0 ? null : recorder);
            recorder.close();
            for (final Future<Long> result : results) {
                recorded = Math.max(recorded, result.get());
            }
            assertThat(recorder.lastSequence()).isGreaterThanOrEqualTo(recorded);
        }
        callers.shutdown();
        assertThat(errors).isEmpty();
    }

    /** Makes the link live, so that callers send when close comes. */
    private void welcome(final EventRecorder recorder) {
        if (recorder != null) {
            final int[] answered = {fixture.proxy.hellos.size()};
            LinkFixture.await(() -> {
                fixture.proxy.step();
                if (fixture.proxy.hellos.size() > answered[0]) {
                    answered[0] = fixture.proxy.hellos.size();
                    final long acknowledged = recorder.acknowledgedSequence();
                    fixture.proxy.welcome(1, acknowledged, acknowledged);
                }
                return recorder.isLive();
            });
            fixture.proxy.ack(1, recorder.lastSequence());
        }
    }

    private static long recordUntilClosed(final EventRecorder recorder) {
        long last = 0;
        long result = 1;
        while (result != EventRecorder.CLOSED) {
            last = Math.max(last, result);
            result = record(recorder, "until closed");
        }
        return last;
    }
}
