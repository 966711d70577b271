package herald.engine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Journal time against a wall clock that is set: it starts there, goes on evenly and never goes back.
 */
@Timeout(120)
class JournalClockTest {
    private static final long BEGAN_NS = 1_795_526_754_000_000_000L;

    private long wallNs = BEGAN_NS;
    private long nanoNs = -77;

    private JournalClock clock(final long lastNs) {
        return new JournalClock(() -> wallNs, () -> nanoNs, lastNs);
    }

    @Test
    void shouldStartAtTheWallClockAndGoOnByElapsedTime() {
        final JournalClock clock = clock(0);
        assertThat(clock.nowNs()).isEqualTo(BEGAN_NS);
        nanoNs += 123;
        assertThat(clock.nowNs()).isEqualTo(BEGAN_NS + 123);
    }

    @ParameterizedTest
    @ValueSource(longs = {-3_600_000_000_000L, -1, 1, 3_600_000_000_000L})
    void shouldNotFollowAWallClockThatIsSet(final long jumpNs) {
        final JournalClock clock = clock(0);
        wallNs += jumpNs;
        nanoNs += 10;

        assertThat(clock.nowNs()).isEqualTo(BEGAN_NS + 10);
        assertThat(clock.wallNs()).isEqualTo(BEGAN_NS + jumpNs);
        assertThat(clock.wallAheadNs()).isEqualTo(jumpNs - 10);
    }

    @Test
    void shouldNotStartBeforeTheLastRecordOfTheJournal() {
        final JournalClock clock = clock(BEGAN_NS + 5_000);
        assertThat(clock.nowNs()).isEqualTo(BEGAN_NS + 5_000);
        nanoNs += 7;
        assertThat(clock.nowNs()).isEqualTo(BEGAN_NS + 5_007);
        assertThat(clock.wallAheadNs()).isEqualTo(-5_007);
    }

    @Test
    void shouldNeverGoBack() {
        final Random random = new Random(5);
        final JournalClock clock = clock(BEGAN_NS);
        long lastNs = clock.nowNs();
        for (int i = 0; i < 10_000; i++) {
            nanoNs += random.nextInt(100) - 40;
            wallNs += random.nextInt(1_000_000) - 500_000;
            final long nowNs = clock.nowNs();
            assertThat(nowNs).isGreaterThanOrEqualTo(lastNs);
            lastNs = nowNs;
        }
    }
}
