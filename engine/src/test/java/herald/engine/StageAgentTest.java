package herald.engine;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import herald.link.CounterId;
import herald.log.FaultyDisk;
import herald.log.LogFullException;
import herald.log.SegmentedLog;
import herald.stage.EventSlot;
import herald.stage.ProxyCounter;
import herald.stage.StageHandler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One stage, stepped by hand: what its sequence says of the turns that went well, that met a full disk, that failed.
 */
@Timeout(120)
class StageAgentTest {
    private static final int TURN_LIMIT = 4;
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

    @TempDir
    private Path dir;
    private final RingBuffer<EventSlot> ring =
        RingBuffer.createSingleProducer(EventSlot::new, 16, new YieldingWaitStrategy());
    private final ScriptedHandler handler = new ScriptedHandler();
    private final Map<CounterId, Long> counters = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - 5;
    private StageAgent agent;

    @BeforeEach
    void makeAgent() {
        final EventPipeline.Context context = new EventPipeline.Context(
            16, 1024, TURN_LIMIT, new JournalClock(() -> 0, () -> 0, 0), () -> nowNs,
            (counter, amount) -> counters.merge(counter, amount, Long::sum),
            (stage, cause) -> failures.add(stage + ": " + cause.getMessage()));
        agent = new StageAgent("herald-test", ring, ring.newBarrier(), handler, context);
        handler.agent = agent;
    }

    private void publish(final int count) {
        for (int i = 0; i < count; i++) {
            final long place = ring.next();
            ring.get(place).reset(EventSlot.Kind.TICK, place, 0);
            ring.publish(place);
        }
    }

    private long counted(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    @Test
    void shouldMoveItsSequenceOnlyAfterTheTurnEnded() {
        publish(3);

        assertThat(agent.doWork()).isEqualTo(3);

        assertThat(handler.kept).containsExactly(0L, 1L, 2L);
        assertThat(handler.sequencesSeen).containsOnly(-1L);
        assertThat(handler.turnEnds).containsExactly(3);
        assertThat(agent.sequence().get()).isEqualTo(2);
    }

    @Test
    void shouldTakeATurnUpToItsLimit() {
        publish(6);

        assertThat(agent.doWork()).isEqualTo(TURN_LIMIT);
        assertThat(agent.sequence().get()).isEqualTo(3);
        assertThat(agent.doWork()).isEqualTo(2);
        assertThat(agent.sequence().get()).isEqualTo(5);
        assertThat(handler.turnEnds).containsExactly(4, 6);
    }

    @Test
    void shouldIdleWhereThereIsNothing() {
        handler.idleWork = 7;

        assertThat(agent.doWork()).isEqualTo(7);
        assertThat(handler.turnEnds).isEmpty();
        assertThat(agent.sequence().get()).isEqualTo(-1);
    }

    @Test
    void shouldKeepWhatWentWellBeforeTheDiskWasFullAndRetryTheSlotThatMetIt() {
        publish(4);
        handler.fullAt = 2;

        assertThat(agent.doWork()).isEqualTo(2);
        assertThat(handler.kept).containsExactly(0L, 1L);
        assertThat(handler.turnEnds).containsExactly(2);
        assertThat(agent.sequence().get()).isEqualTo(1);

        nowNs += RETRY_NS - 1;
        assertThat(agent.doWork()).isZero();
        assertThat(handler.refusals).isEqualTo(1);
        nowNs++;
        assertThat(agent.doWork()).isZero();
        assertThat(handler.refusals).isEqualTo(2);
        assertThat(handler.turnEnds).containsExactly(2);
        assertThat(agent.sequence().get()).isEqualTo(1);

        handler.fullAt = -1;
        nowNs += RETRY_NS;
        assertThat(agent.doWork()).isEqualTo(2);
        assertThat(handler.kept).containsExactly(0L, 1L, 2L, 3L);
        assertThat(agent.sequence().get()).isEqualTo(3);
        assertThat(counted(ProxyCounter.DISK_FULL)).isEqualTo(1);
        assertThat(agent.hasFailed()).isFalse();
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldLetItsHandlerIdleWhileItWaitsForRoom() {
        publish(2);
        handler.fullAt = 1;
        handler.idleWork = 7;
        assertThat(agent.doWork()).isEqualTo(1);

        assertThat(agent.doWork()).isEqualTo(7);
        assertThat(handler.refusals).isEqualTo(1);
        assertThat(agent.sequence().get()).isZero();
    }

    @Test
    void shouldCountEachTimeThatTheDiskFillsUp() {
        for (int i = 0; i < 3; i++) {
            publish(1);
            handler.fullAt = i;
            agent.doWork();
            handler.fullAt = -1;
            nowNs += RETRY_NS;
            assertThat(agent.doWork()).isEqualTo(1);
        }
        assertThat(counted(ProxyCounter.DISK_FULL)).isEqualTo(3);
        assertThat(handler.kept).containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldFailForGoodWhereAHandlerThrows() {
        publish(3);
        handler.failure = new IllegalStateException("broken");
        handler.failAt = 1;

        assertThat(agent.doWork()).isEqualTo(1);
        handler.failAt = -1;

        assertThat(agent.doWork()).isZero();
        assertThat(agent.hasFailed()).isTrue();
        assertThat(agent.sequence().get()).isEqualTo(-1);
        assertThat(handler.turnEnds).isEmpty();
        assertThat(failures).containsExactly("herald-test: broken");
        assertThat(counted(ProxyCounter.STAGE_FAILURES)).isEqualTo(1);
    }

    @Test
    void shouldFailForGoodWhereATurnCanNotBeEnded() {
        publish(1);
        handler.turnEndFailure = new IOException("Input/output error");

        agent.doWork();
        handler.turnEndFailure = null;
        agent.doWork();

        assertThat(agent.sequence().get()).isEqualTo(-1);
        assertThat(agent.hasFailed()).isTrue();
        assertThat(failures).containsExactly("herald-test: Input/output error");
    }

    @Test
    void shouldFailOnAnErrorToo() {
        publish(1);
        handler.failure = new AssertionError("impossible");
        handler.failAt = 0;

        agent.doWork();

        assertThat(agent.hasFailed()).isTrue();
        assertThat(agent.sequence().get()).isEqualTo(-1);
        assertThat(failures).containsExactly("herald-test: impossible");
    }

    @Test
    void shouldFailWhereTheTurnBeforeTheFullDiskCanNotBeEnded() {
        publish(2);
        handler.fullAt = 1;
        handler.turnEndFailure = new IOException("Input/output error");

        agent.doWork();

        assertThat(agent.hasFailed()).isTrue();
        assertThat(agent.sequence().get()).isEqualTo(-1);
    }

    private static LogFullException logFull(final Path dir) {
        final FaultyDisk disk = new FaultyDisk();
        try (SegmentedLog log = SegmentedLog.open(
            new SegmentedLog.Config(disk, dir, 64 * 1024, new UUID(1, 2), () -> 0), 0, damage -> { })) {
            disk.full(true);
            log.beginSegment();
            throw new AssertionError("the disk is full");
        } catch (final LogFullException e) {
            return e;
        }
    }

    /** Keeps the slots that it took, and fails where it is told to. */
    private final class ScriptedHandler implements StageHandler {
        private final List<Long> kept = new ArrayList<>();
        private final List<Integer> turnEnds = new ArrayList<>();
        private final List<Long> sequencesSeen = new ArrayList<>();
        private StageAgent agent;
        private long fullAt = -1;
        private long failAt = -1;
        private Throwable failure;
        private IOException turnEndFailure;
        private int idleWork;
        private int refusals;

        @Override
        public void onSlot(final EventSlot slot) {
            final long place = slot.journalTimeNs();
            if (place == fullAt) {
                refusals++;
                throw logFull(dir);
            }
            if (place == failAt) {
                if (failure instanceof Error) {
                    throw (Error)failure;
                }
                throw (RuntimeException)failure;
            }
            kept.add(place);
            sequencesSeen.add(agent.sequence().get());
        }

        @Override
        public void onTurnEnd() throws IOException {
            sequencesSeen.add(agent.sequence().get());
            if (turnEndFailure != null) {
                throw turnEndFailure;
            }
            turnEnds.add(kept.size());
        }

        @Override
        public int onIdle() {
            return idleWork;
        }
    }
}
