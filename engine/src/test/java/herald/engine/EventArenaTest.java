package herald.engine;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.YieldingWaitStrategy;
import herald.stage.EventSlot;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayDeque;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arena behind the ring: what is not consumed is never overwritten, and what is consumed makes room.
 */
@Timeout(120)
class EventArenaTest {
    private static final int CAPACITY = 1024;
    private static final int MAX_LENGTH = CAPACITY / 4;

    private final RingBuffer<EventSlot> ring =
        RingBuffer.createSingleProducer(EventSlot::new, 16, new YieldingWaitStrategy());
    private final Sequence consumed = new Sequence();
    private final EventArena arena = new EventArena(CAPACITY, ring);

    @BeforeEach
    void gate() {
        ring.addGatingSequences(consumed);
    }

    private boolean put(final byte[] event) {
        if (!ring.hasAvailableCapacity(1)) {
            return false;
        }
        final EventSlot slot = ring.get(ring.getCursor() + 1);
        if (event.length > 0 && !arena.put(slot, new UnsafeBuffer(event), 0, event.length)) {
            return false;
        }
        slot.arenaEnd(arena.tail());
        ring.publish(ring.next());
        return true;
    }

    private byte[] nextConsumed() {
        final UnsafeBuffer wire = ring.get(consumed.get() + 1).wireEvent();
        final byte[] bytes = new byte[wire.capacity()];
        wire.getBytes(0, bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldNeverOverwriteWhatIsNotConsumed(final long seed) {
        final Random random = new Random(seed);
        final ArrayDeque<byte[]> expected = new ArrayDeque<>();
        int refusals = 0;
        for (int i = 0; i < 50_000; i++) {
            if (random.nextInt(100) < (i % 2_000 < 1_000 ? 60 : 45)) {
                final byte[] event = new byte[random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(MAX_LENGTH)];
                random.nextBytes(event);
                if (put(event)) {
                    expected.add(event);
                } else {
                    refusals++;
                }
            } else if (!expected.isEmpty()) {
                final byte[] event = expected.remove();
                if (event.length > 0) {
                    assertThat(nextConsumed()).isEqualTo(event);
                }
                consumed.set(consumed.get() + 1);
            }
        }
        assertThat(refusals).isPositive();
    }

    @Test
    void shouldFillToTheLastByteAndRefuseOneMore() {
        for (int i = 0; i < 4; i++) {
            assertThat(put(new byte[MAX_LENGTH])).isTrue();
        }
        final long tail = arena.tail();
        assertThat(put(new byte[1])).isFalse();
        assertThat(arena.tail()).isEqualTo(tail);

        consumed.set(0);
        assertThat(put(new byte[MAX_LENGTH])).isTrue();
        assertThat(put(new byte[1])).isFalse();
    }

    @Test
    void shouldAlwaysHaveRoomOnceEverythingIsConsumed() {
        for (int length = 1; length <= MAX_LENGTH; length++) {
            assertThat(put(new byte[length])).isTrue();
            consumed.set(ring.getCursor());
            assertThat(put(new byte[MAX_LENGTH])).isTrue();
            consumed.set(ring.getCursor());
        }
    }
}
