package herald.tools.torture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Compares the events manager's index with the dispatch log: each event once, with the count that it had last, and
 * nothing else. What a node delivered before its directory was put back may be there too: nobody takes it back, unless
 * a later state of the same event comes.
 */
final class ManagerCheck {
    private ManagerCheck() {
    }

    /**
     * Finds what is wrong with an index.
     *
     * @param stored    counts by event id; null where there is no manager.
     * @param log       entries of the dispatch log.
     * @param abandoned entries of the dispatch log before it was put back; empty where it never was.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(
        final Map<UUID, Long> stored, final List<Delivery> log, final List<Delivery> abandoned) {
        if (stored == null) {
            return null;
        }
        final Map<UUID, Long> now = lastCounts(log);
        final Map<UUID, Long> before = lastCounts(abandoned);
        for (final Map.Entry<UUID, Long> event : now.entrySet()) {
            final Long count = stored.get(event.getKey());
            if (count == null) {
                return "event " + event.getKey() + " is in the dispatch log and not in the manager's index";
            }
            if (!count.equals(event.getValue()) && !isOneOf(count, before.get(event.getKey()))) {
                return "the manager counts event " + event.getKey() + ' ' + count + " times, the dispatch log " +
                    event.getValue();
            }
        }
        for (final UUID id : stored.keySet()) {
            if (!now.containsKey(id) && !isOneOf(stored.get(id), before.get(id))) {
                return "event " + id + ", " + stored.get(id) + " times, is in the manager's index and not in the " +
                    "dispatch log";
            }
        }
        return null;
    }

    /** Any count up to the last one: the last ones may not have been delivered. */
    private static boolean isOneOf(final long count, final Long last) {
        return last != null && count > 0 && count <= last;
    }

    private static Map<UUID, Long> lastCounts(final List<Delivery> log) {
        final Map<UUID, Long> counts = new HashMap<>();
        log.forEach(delivery -> counts.put(delivery.id(), delivery.count()));
        return counts;
    }
}
