package herald.journal;

import herald.link.CounterId;
import herald.receiver.DurableFeed;
import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import herald.stage.Durability;
import herald.stage.EventSlot;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * When recorders are acknowledged: at the durability point that was asked for, and never where the device failed.
 */
@Timeout(120)
class JournalHandlerTest {
    private static final long FORCE_INTERVAL_NS = 1_000;

    @TempDir
    private Path dir;
    private final Map<CounterId, Long> counters = new HashMap<>();
    private final List<RecorderState> recorders = JournalFixture.recorders(3);
    private JournalFixture fixture;
    private Journal journal;
    private long nowNs = Long.MAX_VALUE - FORCE_INTERVAL_NS / 2;
    private int forcesBefore;

    @BeforeEach
    void open() {
        fixture = new JournalFixture(dir);
        journal = fixture.open();
        forcesBefore = fixture.disk.forces();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private JournalHandler handler(final Durability durability) {
        final JournalHandler handler = new JournalHandler(
            journal, durability, FORCE_INTERVAL_NS, () -> nowNs, new DurableFeed(),
            (counter, amount) -> counters.merge(counter, amount, Long::sum));
        handler.onSlot(JournalFixture.start(1));
        return handler;
    }

    private void append(final JournalHandler handler, final int recorder, final long sequence) {
        handler.onSlot(JournalFixture.event(recorders.get(recorder), sequence, 2, 10));
    }

    private List<Long> durable() {
        return recorders.stream().map(RecorderState::durableSequence).toList();
    }

    private int forces() {
        return fixture.disk.forces() - forcesBefore;
    }

    @ParameterizedTest
    @EnumSource(value = Durability.class, names = {"PROCESS", "DISK"})
    void shouldAcknowledgeAtTheEndOfTheTurn(final Durability durability) throws IOException {
        final JournalHandler handler = handler(durability);
        append(handler, 0, 1);
        append(handler, 0, 2);
        append(handler, 1, 7);
        assertThat(durable()).containsExactly(0L, 0L, 0L);

        handler.onTurnEnd();

        assertThat(durable()).containsExactly(2L, 7L, 0L);
        assertThat(forces()).isEqualTo(durability == Durability.DISK ? 1 : 0);
        assertThat(counters).containsEntry(ProxyCounter.JOURNALED, 3L);

        append(handler, 2, 1);
        handler.onTurnEnd();
        assertThat(durable()).containsExactly(2L, 7L, 1L);
    }

    @Test
    void shouldAcknowledgeAtTheIntervalWithAForceBefore() throws IOException {
        final JournalHandler handler = handler(Durability.INTERVAL);
        append(handler, 0, 1);
        handler.onTurnEnd();
        nowNs += FORCE_INTERVAL_NS - 1;
        append(handler, 1, 1);
        handler.onTurnEnd();
        assertThat(handler.onIdle()).isZero();
        assertThat(durable()).containsExactly(0L, 0L, 0L);
        assertThat(forces()).isZero();

        nowNs++;
        assertThat(handler.onIdle()).isEqualTo(1);
        assertThat(durable()).containsExactly(1L, 1L, 0L);
        assertThat(forces()).isEqualTo(1);
        nowNs += FORCE_INTERVAL_NS;
        assertThat(handler.onIdle()).isZero();
        assertThat(forces()).isEqualTo(1);
    }

    @Test
    void shouldAcknowledgeAtTheIntervalUnderLoadToo() throws IOException {
        final JournalHandler handler = handler(Durability.INTERVAL);
        for (int i = 1; i <= 100; i++) {
            nowNs += FORCE_INTERVAL_NS / 10;
            append(handler, 0, i);
            handler.onTurnEnd();
        }
        assertThat(durable().get(0)).isEqualTo(100);
        assertThat(forces()).isEqualTo(10);
    }

    @Test
    void shouldAcknowledgeNothingWhereTheDeviceFails() throws IOException {
        final JournalHandler handler = handler(Durability.DISK);
        append(handler, 0, 1);
        handler.onTurnEnd();
        fixture.disk.failing(true);
        append(handler, 0, 2);
        append(handler, 1, 1);
        assertThatThrownBy(handler::onTurnEnd).isInstanceOf(IOException.class);
        fixture.disk.failing(false);
        assertThatThrownBy(handler::onTurnEnd).isInstanceOf(IOException.class);

        assertThat(durable()).containsExactly(1L, 0L, 0L);
    }

    @Test
    void shouldAcknowledgeNothingWhereTheDeviceFailsAtTheInterval() throws IOException {
        final JournalHandler handler = handler(Durability.INTERVAL);
        append(handler, 0, 1);
        handler.onTurnEnd();
        fixture.disk.failing(true);
        nowNs += FORCE_INTERVAL_NS;

        assertThatThrownBy(handler::onIdle).isInstanceOf(IOException.class);
        assertThat(durable()).containsExactly(0L, 0L, 0L);
    }

    @Test
    void shouldAcknowledgeVoidsLikeEvents() throws IOException {
        final JournalHandler handler = handler(Durability.PROCESS);
        handler.onSlot(new EventSlot().reset(EventSlot.Kind.VOID, 2, 2)
            .voided(recorders.get(0), 1, 9, VoidCause.LOST_BY_RECORDER));
        handler.onTurnEnd();

        assertThat(durable()).containsExactly(9L, 0L, 0L);
        assertThat(counters).isEmpty();
    }
}
