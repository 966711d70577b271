package herald.dedup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The index finds what was appended and not removed, whatever collides and wherever its ring begins.
 */
@Timeout(120)
class DedupIndexTest {
    private static final int CAPACITY = 32;

    private final DedupEntry entry = new DedupEntry();

    private void append(final DedupIndex index, final long high, final long low, final long count) {
        index.show(entry, index.append(high, low)).occurrences(count);
    }

    private long countOf(final DedupIndex index, final long high, final long low) {
        final int number = index.find(high, low);
        return number == DedupIndex.NONE ? 0 : index.show(entry, number).occurrences();
    }

    /** Keys of few low halves, so that nearly all collide, some of them in all 32 bits that the table holds. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 10_000})
    void shouldAgreeWithAPlainMap(final int lows) {
        final DedupIndex index = new DedupIndex(CAPACITY);
        final Map<List<Long>, Long> model = new LinkedHashMap<>();
        final Random random = new Random(lows);
        for (int i = 0; i < 20_000; i++) {
            final long high = random.nextInt(60);
            final long low = (long)random.nextInt(3) << 32 | (0xFFFF_FFF0L + random.nextInt(lows) & 0xFFFF_FFFFL);
            final List<Long> key = List.of(high, low);
            assertThat(countOf(index, high, low)).isEqualTo(model.getOrDefault(key, 0L));
            if (model.containsKey(key)) {
                if (random.nextInt(4) == 0) {
                    index.remove(index.find(high, low));
                    model.remove(key);
                }
            } else {
                if (index.isFull()) {
                    final long[] oldest = {
                        index.show(entry, index.oldestNumber()).keyHigh(), entry.keyLow()};
                    index.remove(index.oldestNumber());
                    assertThat(model.keySet().iterator().next()).isEqualTo(List.of(oldest[0], oldest[1]));
                    model.remove(List.of(oldest[0], oldest[1]));
                }
                append(index, high, low, i + 1);
                model.put(key, i + 1L);
            }
            assertThat(index.isEmpty()).isEqualTo(model.isEmpty());
        }
        model.forEach((key, count) -> assertThat(countOf(index, key.get(0), key.get(1))).isEqualTo(count));
    }

    @Test
    void shouldHoldAsManyAsItsCapacityOverSeveralPiecesOfMemory() {
        final int capacity = 64 * 1024;
        final DedupIndex index = new DedupIndex(capacity);
        for (int i = 0; i < capacity; i++) {
            assertThat(index.isFull()).isFalse();
            append(index, i, 31L * i, i + 1);
        }
        assertThat(index.isFull()).isTrue();
        for (int i = 0; i < capacity; i++) {
            assertThat(countOf(index, i, 31L * i)).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldRefuseACapacityThatItCanNotHave() {
        assertThatThrownBy(() -> new DedupIndex(48)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("48").hasMessageContaining("power of two");
    }
}
