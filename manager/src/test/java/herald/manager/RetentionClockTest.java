package herald.manager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The time by which events are too old, where the wall clock leaps.
 */
@Timeout(60)
class RetentionClockTest {
    private static final long LAST_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final long YEARS_NS = TimeUnit.DAYS.toNanos(3_650);

    private long wallNs = LAST_NS;
    private long nanoNs;

    private RetentionClock start() {
        return new RetentionClock(() -> wallNs, () -> nanoNs, LAST_NS);
    }

    private void pass(final long ns) {
        wallNs += ns;
        nanoNs += ns;
    }

    @Test
    void shouldGoWithTheWallClock() {
        final RetentionClock clock = start();
        pass(TimeUnit.DAYS.toNanos(3));
        assertThat(clock.nowNs()).isEqualTo(wallNs);
        wallNs += TimeUnit.MINUTES.toNanos(30);
        assertThat(clock.nowNs()).isEqualTo(wallNs);
        wallNs -= YEARS_NS;
        assertThat(clock.nowNs()).isEqualTo(wallNs);
    }

    @Test
    void shouldGoOnAtItsOwnPaceWhereTheWallClockLeapsAhead() {
        final RetentionClock clock = start();
        wallNs += YEARS_NS;
        assertThat(clock.nowNs()).isEqualTo(LAST_NS);
        pass(TimeUnit.DAYS.toNanos(1));
        assertThat(clock.nowNs()).isEqualTo(LAST_NS + TimeUnit.DAYS.toNanos(1));
        clock.onNodeTime(LAST_NS);
        assertThat(clock.nowNs()).isEqualTo(LAST_NS + TimeUnit.DAYS.toNanos(1));
        wallNs -= YEARS_NS;
        assertThat(clock.nowNs()).isEqualTo(wallNs);
    }

    @Test
    void shouldBelieveALeapThatANodeConfirms() {
        final RetentionClock clock = start();
        wallNs += YEARS_NS;
        assertThat(clock.nowNs()).isEqualTo(LAST_NS);
        clock.onNodeTime(wallNs - TimeUnit.SECONDS.toNanos(2));
        assertThat(clock.nowNs()).isEqualTo(wallNs);
    }

    @Test
    void shouldDoubtAClockThatIsFarAheadOfTheLastEventAtTheStart() {
        wallNs = LAST_NS + YEARS_NS;
        final RetentionClock clock = start();
        pass(1_000);
        assertThat(clock.nowNs()).isEqualTo(LAST_NS + 1_000);
        assertThat(new RetentionClock(() -> wallNs, () -> nanoNs, Long.MIN_VALUE).nowNs()).isEqualTo(wallNs);
    }
}
