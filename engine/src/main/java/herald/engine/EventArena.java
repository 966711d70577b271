package herald.engine;

import com.lmax.disruptor.RingBuffer;
import herald.stage.EventSlot;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The bytes of the events in the ring, one behind the other in a ring of their own: slots of the greatest length would
 * touch a page for each event. What the last stage has done with is free again. Where that is everything, it starts
 * over: memory that was used a moment ago is still in the caches. Owned by the ring's producer.
 */
final class EventArena implements AutoCloseable {
    private static final int RESTART_LENGTH = 128 * 1024;
    private static final int PUTS_FOR_A_LOOK = 64;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private final RingBuffer<EventSlot> ring;
    private int putsSinceLook;
    private long tail;
    private long knownHead;

    EventArena(final int capacity, final RingBuffer<EventSlot> ring) {
        this.buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
        this.capacity = capacity;
        this.ring = ring;
    }

    /**
     * Copies an event in and lets a slot show it. The ring has a free slot, and that is the one.
     *
     * @param slot   that will hold the event.
     * @param source of the event.
     * @param offset in it.
     * @param length in bytes.
     * @return false where there is no room: nothing has changed.
     */
    boolean put(final EventSlot slot, final DirectBuffer source, final int offset, final int length) {
        restartWhereEmpty(length);
        final int toEnd = capacity - (int)(tail & (capacity - 1));
        final long start = length <= toEnd ? tail : tail + toEnd;
        if (start + length - knownHead > capacity) {
            knownHead = head();
            if (start + length - knownHead > capacity) {
                return false;
            }
        }
        final int index = (int)(start & (capacity - 1));
        buffer.putBytes(index, source, offset, length);
        slot.wireEvent().wrap(buffer, index, length);
        tail = start + length;
        return true;
    }

    /** Gives the memory back at once: the collector waits for the heap to fill. No stage reads a slot any more. */
    @Override
    public void close() {
        BufferUtil.free(buffer);
        buffer.wrap(0, 0);
    }

    /** Looks seldom: in a thread of its own, the last stage would feel it. */
    private void restartWhereEmpty(final int length) {
        final int used = (int)(tail & (capacity - 1));
        if (used < Math.max(RESTART_LENGTH, length) || ++putsSinceLook < PUTS_FOR_A_LOOK) {
            return;
        }
        putsSinceLook = 0;
        if (ring.getMinimumGatingSequence() == ring.getCursor()) {
            tail += capacity - used;
        }
    }

    long tail() {
        return tail;
    }

    /** End of the youngest event that every stage has done with. Its slot was not used again: the ring has room. */
    private long head() {
        final long done = ring.getMinimumGatingSequence();
        return done < 0 ? 0 : ring.get(done).arenaEnd();
    }
}
