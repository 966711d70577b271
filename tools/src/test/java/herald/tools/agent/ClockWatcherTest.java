package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the clock watcher takes for a step of the wall clock, on clocks that the test sets.
 */
@Timeout(120)
class ClockWatcherTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final RecordedEvents events = new RecordedEvents();
    private long nanoNs;
    private long wallNs = 1_000_000_000_000L;
    private long interruptionNs;
    private final ClockWatcher watcher = new ClockWatcher(() -> nanoNs, this::readWall, 1_000 * MS, "node-1");

    /** An interruption comes between the reading of the two clocks. */
    private long readWall() {
        nanoNs += interruptionNs;
        wallNs += interruptionNs;
        return wallNs;
    }

    private void look(final long passedMs, final long stepMs) {
        nanoNs += passedMs * MS;
        wallNs += (passedMs + stepMs) * MS;
        watcher.poll(events);
    }

    @Test
    void shouldRecordStepsOfWallClock() {
        look(0, 0);
        for (final long stepMs : new long[] {0, 60_000, 0, -5_000, 0}) {
            look(10_000, stepMs);
        }

        assertThat(events.take()).containsExactly(
            "ClockSyncFailed Node/node-1: wall clock jumped ahead by 60000 ms",
            "ClockSyncFailed Node/node-1: wall clock jumped back by 5000 ms");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("stepMs", "-5000"));
    }

    @Test
    void shouldAddUpStepsThatAreTooSmall() {
        look(0, 0);
        look(1_000, 600);
        assertThat(events.take()).isEmpty();
        look(1_000, 0);
        look(1_000, 600);
        assertThat(events.take())
            .containsExactly("ClockSyncFailed Node/node-1: wall clock jumped ahead by 1200 ms in 2 steps");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("stepMs", "1200", "steps", "2"));

        look(1_000, 600);
        look(1_000, -600);
        look(1_000, -600);
        assertThat(events.take()).isEmpty();
        for (int i = 0; i < 4; i++) {
            look(1_000, -100);
        }
        assertThat(events.take())
            .containsExactly("ClockSyncFailed Node/node-1: wall clock jumped back by 1000 ms in 5 steps");
    }

    @ParameterizedTest
    @CsvSource({"500, 1000", "-500, 1000", "500, 50", "-500, 60000", "12, 1000", "-12, 1000"})
    void shouldTakeSlewingForNoStep(final long ppm, final long intervalMs) {
        watcher.poll(events);
        for (long passedMs = 0; passedMs < TimeUnit.HOURS.toMillis(25); passedMs += intervalMs) {
            nanoNs += intervalMs * MS;
            wallNs += intervalMs * MS + intervalMs * ppm;
            watcher.poll(events);
        }

        assertThat(events.take()).isEmpty();
    }

    @Test
    void shouldSeeAStepWhileTheClockIsSlewed() {
        watcher.poll(events);
        for (int i = 0; i < 100; i++) {
            nanoNs += 1_000 * MS;
            wallNs += 1_000 * MS + 500_000 + (i % 50 == 25 ? 600 * MS : 0);
            watcher.poll(events);
        }

        assertThat(events.take()).singleElement().asString().contains("jumped ahead by 1201 ms in 2 steps");
    }

    @ParameterizedTest
    @CsvSource({"5", "600", "20000"})
    void shouldRememberAStepThatCameWithAnInterruption(final long interruptionMs) {
        look(0, 0);
        interruptionNs = interruptionMs * MS;
        look(1_000, 600);
        look(1_000, 600);
        look(1_000, 0);
        interruptionNs = 0;
        look(1_000, 0);

        assertThat(events.take()).containsExactly("ClockSyncFailed Node/node-1: wall clock jumped ahead by 1200 ms");
    }

    @Test
    void shouldSeeAStepBehindALongPause() {
        look(0, 0);
        look(TimeUnit.DAYS.toMillis(3), -1_000);

        assertThat(events.take()).containsExactly("ClockSyncFailed Node/node-1: wall clock jumped back by 1000 ms");
    }

    @Test
    void shouldRecordLaterWhatSinkDoesNotTake() {
        look(0, 0);
        events.full(true);
        look(1_000, 2_000);
        look(1_000, 0);
        events.full(false);
        look(1_000, 0);
        look(1_000, 0);

        assertThat(events.take()).containsExactly("ClockSyncFailed Node/node-1: wall clock jumped ahead by 2000 ms");
    }
}
