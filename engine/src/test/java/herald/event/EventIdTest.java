package herald.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Identity of events: a UUID of version 8 that sorts by time and is given once.
 */
@Timeout(120)
class EventIdTest {
    private static final long TIME_NS = 1_795_526_754_123_456_789L;

    private static UUID id(final UUID recorder, final long timeNs, final long sequence) {
        final long high = recorder.getMostSignificantBits();
        final long low = recorder.getLeastSignificantBits();
        return new UUID(EventId.high(high, low, timeNs), EventId.low(high, low, sequence));
    }

    @Test
    void shouldBeOfVersionEightWithTimeInFront() {
        final Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            final UUID id = id(new UUID(random.nextLong(), random.nextLong()), TIME_NS, random.nextLong());
            assertThat(id.version()).isEqualTo(8);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(TIME_NS / 1_000_000);
        }
    }

    @Test
    void shouldBeTheSameInEveryReplay() {
        assertThat(id(new UUID(1, 2), TIME_NS, 3)).isEqualTo(id(new UUID(1, 2), TIME_NS, 3));
    }

    @Test
    void shouldSortByTimeAndThenBySequence() {
        final UUID recorder = new UUID(0x1234_5678_9ABCL, -5);
        String last = "";
        for (int i = 0; i < 1_000; i++) {
            final String id = id(recorder, TIME_NS + i / 10 * 1_000_000L, i).toString();
            assertThat(id).isGreaterThan(last);
            last = id;
        }
    }

    @Test
    void shouldDifferByRecorderTimeAndSequence() {
        final Set<UUID> ids = new HashSet<>();
        for (int recorder = 0; recorder < 50; recorder++) {
            for (int ms = 0; ms < 20; ms++) {
                for (int sequence = 1; sequence <= 50; sequence++) {
                    ids.add(id(new UUID(recorder, 0), TIME_NS + ms * 1_000_000L, sequence));
                }
            }
        }
        assertThat(ids).hasSize(50 * 20 * 50);
    }
}
