package herald.link;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Follows a wall clock that is set, and asks it a few times a second.
 */
@Timeout(60)
class SystemWallClockTest {
    private static final long SET_NS = TimeUnit.SECONDS.toNanos(Instant.parse("2026-11-30T12:00:00Z").getEpochSecond());

    private long nowNs = -TimeUnit.HOURS.toNanos(1);
    private long wallAheadNs = -nowNs;
    private int asked;
    private final SystemWallClock clock = new SystemWallClock(() -> nowNs, () -> {
        asked++;
        return nowNs + wallAheadNs;
    });

    @Test
    void shouldFollowAClockThatIsSetForthAndBackWithinASecond() {
        assertThat(clock.nanoTime()).as("1970").isZero();
        for (final long to : new long[] {SET_NS, SET_NS + TimeUnit.DAYS.toNanos(3_650), 5, SET_NS - 1}) {
            wallAheadNs = to - nowNs;
            nowNs += TimeUnit.SECONDS.toNanos(1);
            assertThat(clock.nanoTime()).isEqualTo(to + TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void shouldAskTheWallClockAFewTimesASecond() {
        final int before = asked;
        for (int i = 0; i < 10_000; i++) {
            nowNs += TimeUnit.SECONDS.toNanos(1) / 10_000;
            assertThat(clock.nanoTime()).isEqualTo(nowNs + wallAheadNs);
        }
        assertThat(asked - before).isBetween(1, 5);
    }

    @Test
    void shouldTellTheTimeOfTheSystem() {
        final long before = System.currentTimeMillis();
        final long told = TimeUnit.NANOSECONDS.toMillis(new SystemWallClock().nanoTime());
        assertThat(told).isBetween(before - 5_000, System.currentTimeMillis() + 5_000);
    }
}
