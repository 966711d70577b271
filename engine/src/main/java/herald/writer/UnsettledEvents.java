package herald.writer;

import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/**
 * The events that a writer took and that may still be lost on their way, oldest first: where the log goes on behind
 * each of them. Owned by the writer's thread.
 */
final class UnsettledEvents {
    private static final int SHORTEST_TO_COMPACT = 1024;

    private final LongArrayList positions = new LongArrayList();
    private final IntArrayList places = new IntArrayList();
    private int oldest;

    /** An event was taken, and behind it the log goes on here. */
    void add(final long position, final int place) {
        positions.addLong(position);
        places.addInt(place);
    }

    /** What is behind the newest event was passed over: the log goes on here. Only where there is one. */
    void extendTo(final long position, final int place) {
        final int newest = positions.size() - 1;
        positions.setLong(newest, position);
        places.setInt(newest, place);
    }

    /** The oldest have arrived. */
    void settle(final int count) {
        oldest += count;
        if (oldest == positions.size()) {
            clear();
        } else if (oldest >= SHORTEST_TO_COMPACT && oldest >= positions.size() / 2) {
            compact();
        }
    }

    private void compact() {
        final int left = size();
        for (int i = 0; i < left; i++) {
            positions.setLong(i, positions.getLong(oldest + i));
            places.setInt(i, places.getInt(oldest + i));
        }
        while (positions.size() > left) {
            positions.removeAt(positions.size() - 1);
            places.removeAt(places.size() - 1);
        }
        oldest = 0;
    }

    void clear() {
        positions.clear();
        places.clear();
        oldest = 0;
    }

    int size() {
        return positions.size() - oldest;
    }

    /** Position behind one of them, counted from the oldest. */
    long positionAfter(final int index) {
        return positions.getLong(oldest + index);
    }

    /** Place in its batch behind one of them, counted from the oldest. */
    int placeAfter(final int index) {
        return places.getInt(oldest + index);
    }
}
