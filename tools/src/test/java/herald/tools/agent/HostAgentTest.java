package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The agent's turn: intervals, failing watchers, its own start and stop.
 */
@Timeout(120)
class HostAgentTest {
    private final RecordedEvents events = new RecordedEvents();
    private final AtomicLong nano = new AtomicLong();
    private final HostAgent.Context context =
        new HostAgent.Context().hostName("node-1").intervalNs(100).nanoClock(nano::get);

    @Test
    void shouldLookOnceAnInterval() {
        final Looks looks = new Looks();
        final HostAgent agent = new HostAgent(events, context.conclude(), List.of(looks));
        agent.onStart();

        for (final long now : new long[] {0, 50, 99, 100, 150, 500, 550, 600}) {
            nano.set(now);
            agent.doWork();
        }

        assertThat(looks.count).isEqualTo(4);
    }

    @Test
    void shouldGoOnWhereOneWatcherFails() {
        final Looks failing = new Looks();
        failing.failure = new IOException("expected by the test");
        final Looks looks = new Looks();
        final HostAgent agent = new HostAgent(events, context.conclude(), List.of(failing, looks));
        agent.onStart();

        for (int i = 0; i < 3; i++) {
            assertThat(agent.doWork()).isEqualTo(1);
            nano.addAndGet(100);
        }

        assertThat(failing.count).isEqualTo(3);
        assertThat(looks.count).isEqualTo(3);
    }

    @Test
    void shouldRecordItsOwnStartAndStop() {
        final HostAgent agent = new HostAgent(events, context.conclude(), List.of());
        agent.onStart();
        agent.onClose();

        assertThat(events.take()).containsExactly(
            "ServiceStarted Process/agent: agent watches node-1",
            "ServiceStopped Process/agent: agent no longer watches node-1");
    }

    @Test
    void shouldRecordItsStartLaterWhereSinkIsFull() {
        final HostAgent agent = new HostAgent(events, context.conclude(), List.of());
        events.full(true);
        agent.onStart();
        agent.doWork();
        events.full(false);
        nano.addAndGet(100);
        agent.doWork();
        agent.onClose();

        assertThat(events.take()).containsExactly(
            "ServiceStarted Process/agent: agent watches node-1",
            "ServiceStopped Process/agent: agent no longer watches node-1");
    }

    @Test
    void shouldRefuseSettingsThatCannotBe() {
        assertThatThrownBy(() -> new HostAgent.Context().intervalNs(0).conclude()).hasMessageContaining("interval");
        assertThatThrownBy(() -> new HostAgent.Context().clockStepNs(-1).conclude()).hasMessageContaining("clock");
        assertThatThrownBy(() -> new HostAgent.Context().diskThresholdPercent(101).conclude())
            .hasMessageContaining("101 %");
        assertThatThrownBy(() -> new HostAgent.Context().processes(List.of("/bin/x")).conclude())
            .hasMessageContaining("/bin/x");
    }

    /** Counts how often it is asked. */
    private static final class Looks implements HostWatcher {
        private int count;
        private IOException failure;

        @Override
        public String name() {
            return failure == null ? "test" : "failing test";
        }

        @Override
        public int poll(final EventSink sink) throws IOException {
            count++;
            if (failure != null) {
                throw failure;
            }
            return 1;
        }
    }
}
