package herald.link;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * It waits longer the longer nothing comes, and starts anew with each piece of work.
 */
@Timeout(120)
class RestingIdleStrategyTest {
    private static final long MAX_PARK_NS = 1_000;

    private final RestingIdleStrategy strategy = new RestingIdleStrategy(MAX_PARK_NS);

    @Test
    void shouldReturnWhateverItsStateIs() {
        for (int i = 0; i < 200; i++) {
            strategy.idle(0);
        }
        strategy.idle(1);
        strategy.reset();
        strategy.idle();
        assertThat(strategy.alias()).isEqualTo("resting");
    }

    @Test
    void shouldKeepTheInterruptOfItsThread() {
        Thread.currentThread().interrupt();
        for (int i = 0; i < 30; i++) {
            strategy.idle(0);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldStayAwakeAsLongAsItHasEarnedAndThenRest() {
        final RestingIdleStrategy earning = new RestingIdleStrategy(50_000);
        assertThat(parksUntilRest(earning)).as("parks without work").isLessThan(15);
        earning.reset();
        final int afterOne = parksUntilRest(earning);
        assertThat(afterOne).as("parks after one piece of work, 5 ms of at most 50 us").isBetween(100, 130);
        for (int i = 0; i < 100; i++) {
            earning.idle(1);
        }
        assertThat(parksUntilRest(earning)).as("parks after a stream, 50 ms").isBetween(1_000, 1_030);
    }

    @Test
    void shouldRestSoonerWhereItOversleeps() {
        final RestingIdleStrategy crowded = new RestingIdleStrategy(50_000);
        crowded.idle(1);
        int parks = 0;
        while (crowded.nextParkNs() < 1_000_000) {
            crowded.onOverslept(2_000_000);
            parks++;
        }
        assertThat(parks).as("5 ms of parks of 2 ms, and the way to a rest").isLessThan(20);
    }

    @Test
    void shouldKeepParksShortWhileWorkComes() {
        final RestingIdleStrategy busy = new RestingIdleStrategy(50_000);
        for (int i = 0; i < 1_000; i++) {
            busy.idle(1);
            assertThat(busy.nextParkNs()).isEqualTo(8_000);
            assertThat(busy.nextParkNs()).isEqualTo(16_000);
        }
    }

    @Test
    void shouldParkNoShorterThanItsMinimum() {
        final RestingIdleStrategy busy = new RestingIdleStrategy(200_000, 400_000);
        busy.idle(1);
        assertThat(busy.nextParkNs()).isEqualTo(200_000);
        assertThat(busy.nextParkNs()).isEqualTo(400_000);
        assertThat(busy.nextParkNs()).isEqualTo(400_000);
        busy.idle(1);
        assertThat(busy.nextParkNs()).isEqualTo(200_000);
    }

    private static int parksUntilRest(final RestingIdleStrategy strategy) {
        int parks = 0;
        long ns = 0;
        while (ns < 20_000_000) {
            ns = strategy.nextParkNs();
            parks++;
        }
        assertThat(strategy.nextParkNs()).isEqualTo(20_000_000);
        return parks;
    }
}
