package herald.dedup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A window begins at the first occurrence and is one interval long, wherever the generations meet.
 */
@Timeout(120)
class DedupWindowsTest {
    private static final long INTERVAL = 1000;
    private static final long LIMIT = 50;

    private static final int INDEX_LIMIT = 8;

    private final DedupWindows windows = new DedupWindows(INDEX_LIMIT);
    private final DedupKey key = new DedupKey(42);

    @BeforeEach
    void configure() {
        windows.configure(INTERVAL, LIMIT);
    }

    @AfterEach
    void close() {
        windows.close();
    }

    /** Count of the event; 1 where it is new. */
    private long occur(final DedupKey of, final long timeNs) {
        final DedupEntry first = windows.find(of, timeNs);
        if (first != null) {
            first.occurrences(first.occurrences() + 1);
            return first.occurrences();
        }
        windows.add(of, timeNs).identify(1, timeNs).firstSeen(timeNs, 0, 0).occurrences(1);
        return 1;
    }

    @Test
    void shouldEndAWindowOneIntervalAfterItsBeginningHoweverOftenItIsRepeated() {
        for (final long start : new long[] {10_000, 10_001, 10_500, 10_999}) {
            key.set(start, start);
            assertThat(occur(key, start)).isEqualTo(1);
            assertThat(occur(key, start + 400)).isEqualTo(2);
            assertThat(occur(key, start + 999)).isEqualTo(3);
            key.set(start, -start);
            assertThat(occur(key, start + 999)).isEqualTo(1);
            key.set(start, start);
            assertThat(occur(key, start + 1000)).isEqualTo(1);
            assertThat(occur(key, start + 1999)).isEqualTo(2);
            windows.configure(INTERVAL, LIMIT + start);
        }
    }

    @Test
    void shouldForgetEverythingAfterGenerationsWithoutEvents() {
        assertThat(occur(key, 10_900)).isEqualTo(1);
        assertThat(occur(key, 12_100)).isEqualTo(1);
        assertThat(occur(key, 15_000)).isEqualTo(1);
        assertThat(occur(key, 15_999)).isEqualTo(2);
    }

    @Test
    void shouldKeepTimesNearTheEndOfTime() {
        windows.configure(Long.MAX_VALUE, LIMIT);
        assertThat(occur(key, 1_780_000_000_000_000_000L)).isEqualTo(1);
        assertThat(occur(key, 1_790_000_000_000_000_000L)).isEqualTo(2);
    }

    @Test
    void shouldRememberNoMoreThanItsLimitOfKeysInAGeneration() {
        for (int i = 0; i < LIMIT + 10; i++) {
            key.set(i, i);
            assertThat(windows.find(key, 10_000)).isNull();
            final DedupEntry added = windows.add(key, 10_000);
            assertThat(added != null).isEqualTo(i < LIMIT);
            if (added != null) {
                added.firstSeen(10_000, 0, 0).occurrences(1);
            }
        }
        assertThat(windows.keys()).isEqualTo(LIMIT);
        key.set(0, 0);
        assertThat(windows.find(key, 10_999)).as("it is still known").isNotNull();
        key.set(99, 99);
        assertThat(windows.find(key, 11_000)).isNull();
        assertThat(windows.add(key, 11_000)).as("the next generation has room").isNotNull();
    }

    /** A journal may say one that an earlier version took, or that held on another host. */
    @Test
    void shouldWorkUnderALimitThatThisHostHasNoRoomFor() {
        windows.configure(INTERVAL, 2_000_000_000L);
        for (int i = 0; i < 100 * INDEX_LIMIT; i++) {
            key.set(i, i);
            assertThat(occur(key, 10_000)).isEqualTo(1);
        }
        key.set(0, 0);
        assertThat(occur(key, 10_000)).isEqualTo(2);
    }

    @Test
    void shouldAgreeWithAPlainMapAndWithWhatIsRestoredOfIt() {
        final Random random = new Random(3);
        final Map<Long, Long> firstSeen = new HashMap<>();
        final Map<Long, Long> counts = new HashMap<>();
        long now = 100_000;
        for (int i = 0; i < 3000; i++) {
            now += random.nextInt(random.nextInt(200) == 0 ? 3000 : 60);
            final long which = random.nextInt(30);
            final boolean repeat = firstSeen.containsKey(which) && now < firstSeen.get(which) + INTERVAL;
            firstSeen.put(which, repeat ? firstSeen.get(which) : now);
            counts.put(which, repeat ? counts.get(which) + 1 : 1);
            key.set(which, 0);
            assertThat(occur(key, now)).isEqualTo(counts.get(which));
            if (random.nextInt(500) == 0) {
                restore(now, firstSeen, counts);
            }
        }
    }

    private void restore(final long now, final Map<Long, Long> firstSeen, final Map<Long, Long> counts) {
        windows.configure(INTERVAL, LIMIT + now);
        firstSeen.entrySet().stream().sorted(Map.Entry.comparingByValue())
            .filter(entry -> entry.getValue() > now - INTERVAL).forEach(entry -> {
                key.set(entry.getKey(), 0);
                windows.restore(key, new DedupEntry().firstSeen(entry.getValue(), 0, 0)
                    .occurrences(counts.get(entry.getKey())));
            });
    }

    @Test
    void shouldPrepareAMapWhereTheIndexGetsFull() {
        assertThat(windows.prepare()).as("nothing is wanted").isFalse();
        for (int i = 0; i < 2 * INDEX_LIMIT; i++) {
            key.set(i, i);
            assertThat(occur(key, 10_000)).isEqualTo(1);
            assertThat(windows.prepare()).isEqualTo(i == INDEX_LIMIT / 2 || i == INDEX_LIMIT);
        }
        for (int i = 0; i < 2 * INDEX_LIMIT; i++) {
            key.set(i, i);
            assertThat(occur(key, 10_999)).isEqualTo(2);
        }
    }
}
