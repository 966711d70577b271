package herald.tools.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The events of which a journal says that they were acknowledged and are gone.
 */
final class GoneEvents {
    private final List<Range> ranges = new ArrayList<>();
    private final Map<UUID, NavigableMap<Long, Long>> byRecorder = new HashMap<>();

    /**
     * Events of one recorder, one after the other.
     *
     * @param recorder id of it.
     * @param from     first sequence.
     * @param to       last sequence.
     * @param position in the journal of the record that says so.
     */
    record Range(UUID recorder, long from, long to, long position) {
        @Override
        public String toString() {
            return "events " + from + " to " + to + " of recorder " + recorder;
        }
    }

    void add(final Range range) {
        ranges.add(range);
        byRecorder.computeIfAbsent(range.recorder(), unknown -> new TreeMap<>()).put(range.from(), range.to());
    }

    /** In the order of the journal. */
    List<Range> ranges() {
        return ranges;
    }

    boolean contains(final UUID recorder, final long sequence) {
        return after(recorder, sequence) > sequence;
    }

    /**
     * Passes over what is gone.
     *
     * @param recorder id of it.
     * @param sequence that would be next.
     * @return the first one from there on that is not gone.
     */
    long after(final UUID recorder, final long sequence) {
        final NavigableMap<Long, Long> gone = byRecorder.get(recorder);
        long next = sequence;
        if (gone != null) {
            Map.Entry<Long, Long> range = gone.floorEntry(next);
            while (range != null && range.getValue() >= next) {
                next = range.getValue() + 1;
                range = gone.floorEntry(next);
            }
        }
        return next;
    }

    /** How many there are. */
    long count() {
        return ranges.stream().mapToLong(range -> range.to() - range.from() + 1).sum();
    }
}
