package herald.tools.torture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Compares what a collector got with the dispatch log: everything is there, in its order, nothing was skipped at any
 * time; what came again came on a new connection, and no more than the batch that was under way. A collector that was
 * too late for what retention released misses whole segments of it, and nothing else.
 */
final class DeliveryCheck {
    private final List<Delivery> log;
    private final Map<Delivery, Integer> places = new HashMap<>();
    private final Map<UUID, Long> counts = new HashMap<>();
    private final long keptFrom;
    private int furthest = -1;
    private int last = -1;
    private long lostBytes;

    /**
     * What was found.
     *
     * @param difference the first one in words; null where there is none.
     * @param lostBytes  how many bytes of the dispatch log, at least, were released before they were delivered.
     */
    record Result(String difference, long lostBytes) {
    }

    private DeliveryCheck(final List<Delivery> log, final long keptFrom) {
        this.log = log;
        this.keptFrom = keptFrom;
        for (int i = 0; i < log.size(); i++) {
            places.put(log.get(i), i);
        }
    }

    /**
     * Finds what is wrong with deliveries.
     *
     * @param connections of the collector, in their order.
     * @param log         entries of the dispatch log.
     * @param keptFrom    what lies before this position of the dispatch log is released.
     * @param events      how many are in the journal.
     * @return what was found.
     */
    static Result of(final List<Collector.Connection> connections, final List<Delivery> log, final long keptFrom,
        final long events) {
        final DeliveryCheck check = new DeliveryCheck(log, keptFrom);
        return new Result(check.firstDifference(connections, events), check.lostBytes);
    }

    /**
     * Finds what is wrong with deliveries that were broken off: the last ones may be missing.
     *
     * @param connections of the collector, in their order.
     * @param log         entries of the dispatch log.
     * @param keptFrom    what lies before this position of the dispatch log is released.
     * @return the first difference in words; null where there is none.
     */
    static String ofUnfinished(
        final List<Collector.Connection> connections, final List<Delivery> log, final long keptFrom) {
        return new DeliveryCheck(log, keptFrom).differenceIn(connections);
    }

    private String firstDifference(final List<Collector.Connection> connections, final long events) {
        final String difference = differenceIn(connections);
        return difference == null ? differenceAtEnd(events) : difference;
    }

    private String differenceIn(final List<Collector.Connection> connections) {
        for (final Collector.Connection connection : connections) {
            boolean begins = true;
            for (final Delivery delivery : connection.deliveries()) {
                final String difference = differenceAt(delivery, begins);
                if (difference != null) {
                    return difference;
                }
                begins = false;
            }
        }
        return null;
    }

    private String differenceAt(final Delivery delivery, final boolean begins) {
        final Integer place = places.get(delivery);
        if (place == null) {
            return delivery + " was delivered and is not in the dispatch log";
        }
        if (isBehindReleased(delivery, place)) {
            skipTo(place);
        }
        final int next = last + 1;
        if (place > next || (place != next && !begins)) {
            return delivery + " was delivered after " + (last < 0 ? "nothing" : log.get(last)) + ", where " +
                (next < log.size() ? log.get(next) : "nothing") + " is next";
        }
        if (place < next && delivery.position() < log.get(last).position()) {
            return delivery + " was delivered again after " + log.get(last) + ", of a later batch";
        }
        last = place;
        return place > furthest ? differenceAtFirst(delivery, place) : null;
    }

    /** A writer goes on at the beginning of the oldest segment that is kept. */
    private boolean isBehindReleased(final Delivery delivery, final int place) {
        return place > last + 1 && delivery.index() == 0 && log.get(place - 1).position() < keptFrom;
    }

    private void skipTo(final int place) {
        for (int i = Math.max(furthest, last) + 1; i < place; i++) {
            counts.put(log.get(i).id(), log.get(i).count());
        }
        lostBytes += log.get(place - 1).position() - log.get(last + 1).position();
        furthest = Math.max(furthest, place - 1);
        last = place - 1;
    }

    private String differenceAtFirst(final Delivery delivery, final int place) {
        furthest = place;
        final Long before = counts.put(delivery.id(), delivery.count());
        return before != null && before >= delivery.count() ?
            delivery + " was delivered with a count that is not above " + before + ", the one before" : null;
    }

    private String differenceAtEnd(final long events) {
        if (furthest + 1 < log.size()) {
            return log.get(furthest + 1) + " was never delivered";
        }
        final long sum = counts.values().stream().mapToLong(Long::longValue).sum();
        return sum == events ?
            null : "the counts delivered last add up to " + sum + ", the journal has " + events + " events";
    }
}
