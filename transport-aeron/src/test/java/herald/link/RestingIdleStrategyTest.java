package herald.link;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * It waits longer the longer nothing comes, and starts anew with each piece of work.
 */
@Timeout(30)
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
}
