package herald.dispatch;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * In which order the entries of a batch were touched last. Journal time does not say so: events that came at once share
 * it. Owned by the batch stage.
 *
 * <pre>
 *   entry     0    1    2    3             appended one after the other
 *   touched   1    5    3    4             1 was touched again, after all others
 *   order     0    2    3    1
 * </pre>
 */
final class EntryOrder {
    private static final int NUMBER_BITS = 16;
    private static final int NUMBER_MASK = (1 << NUMBER_BITS) - 1;

    private final int[] offsets;
    /** By number of the entry: its last touch, from 1 in the batch, and the number below. */
    private final long[] touched;
    private UnsafeBuffer copy = new UnsafeBuffer(0, 0);
    private int entries;
    private long touches;
    private int last;
    private boolean disordered;

    /**
     * An order of nothing.
     *
     * @param limit of entries, below 65,536.
     */
    EntryOrder(final int limit) {
        offsets = new int[limit];
        touched = new long[limit];
    }

    void clear() {
        entries = 0;
        touches = 0;
        disordered = false;
    }

    /**
     * Takes in a new entry, touched now.
     *
     * @param offset where it begins.
     * @return its number, from 0.
     */
    int append(final int offset) {
        final int number = entries++;
        offsets[number] = offset;
        note(number);
        return number;
    }

    /** Says that an entry is touched again. */
    void touch(final int number) {
        if (number != last) {
            disordered = true;
            note(number);
        }
    }

    private void note(final int number) {
        touched[number] = (++touches << NUMBER_BITS) | number;
        last = number;
    }

    int offset(final int number) {
        return offsets[number];
    }

    /**
     * Puts entries in order, where they are not. What was said of offsets before means nothing from here on.
     *
     * @param buffer that holds them, one behind the other.
     * @param end    behind the last one.
     */
    void apply(final UnsafeBuffer buffer, final int end) {
        if (!disordered) {
            return;
        }
        disordered = false;
        Arrays.sort(touched, 0, entries);
        int from = 0;
        while (from < entries && (touched[from] & NUMBER_MASK) == from) {
            from++;
        }
        if (from == entries) {
            return;
        }
        final int begin = offsets[from];
        if (copy.capacity() < end - begin) {
            copy = new UnsafeBuffer(ByteBuffer.allocateDirect(buffer.capacity()));
        }
        copy.putBytes(0, buffer, begin, end - begin);
        int to = begin;
        for (int i = from; i < entries; i++) {
            final int number = (int)touched[i] & NUMBER_MASK;
            final int length = (number + 1 < entries ? offsets[number + 1] : end) - offsets[number];
            buffer.putBytes(to, copy, offsets[number] - begin, length);
            to += length;
        }
    }
}
