package herald.tools.torture;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.SystemDisk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what a syslog receiver got with the dispatch log: everything is there, word for word, and nothing was
 * skipped at any time. Where a connection broke, or its receiver ended what it sends, what was on its way comes again
 * from any earlier place on. A receiver that was too late for what retention released misses whole segments of it.
 */
final class SyslogCheck {
    /**
     * An entry of the dispatch log.
     *
     * @param delivery as a receiver gets it.
     * @param position of its batch.
     * @param index    of it in the batch.
     */
    record Entry(SyslogDelivery delivery, long position, int index) {
    }

    private final List<Entry> log;
    private final long keptFrom;
    private final Map<SyslogDelivery, Integer> places = new HashMap<>();
    private int furthest = -1;

    private SyslogCheck(final List<Entry> log, final long keptFrom) {
        this.log = log;
        this.keptFrom = keptFrom;
        for (int i = 0; i < log.size(); i++) {
            places.put(log.get(i).delivery(), i);
        }
    }

    /**
     * Reads a dispatch log.
     *
     * @param directory of its segments, those that retention released too.
     * @return its entries.
     */
    static List<Entry> entries(final Path directory) {
        final List<Entry> entries = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, directory, 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    entries.add(new Entry(SyslogDelivery.of(batch.event(i)), batch.position(), batch.placeOf(i)));
                }
            }
        }
        return entries;
    }

    /**
     * Finds what is wrong with what a receiver got.
     *
     * @param syslog   the receiver.
     * @param log      entries of the dispatch log.
     * @param keptFrom what lies before this position of it is released.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final SyslogCollector syslog, final List<Entry> log, final long keptFrom) {
        return syslog.trouble() == null ? firstDifference(syslog.connections(), log, keptFrom) : syslog.trouble();
    }

    /**
     * Finds what is wrong with deliveries.
     *
     * @param connections what came over each, in their order.
     * @param log         entries of the dispatch log.
     * @param keptFrom    what lies before this position of it is released.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(
        final List<List<SyslogDelivery>> connections, final List<Entry> log, final long keptFrom) {
        final SyslogCheck check = new SyslogCheck(log, keptFrom);
        for (final List<SyslogDelivery> connection : connections) {
            final String difference = check.differenceIn(connection);
            if (difference != null) {
                return difference;
            }
        }
        return check.furthest + 1 < log.size() ? log.get(check.furthest + 1) + " was never delivered" : null;
    }

    private String differenceIn(final List<SyslogDelivery> connection) {
        int last = -1;
        for (final SyslogDelivery delivery : connection) {
            final Integer place = places.get(delivery);
            if (place == null) {
                return delivery + " was delivered and is not in the dispatch log";
            }
            final boolean skips = place > furthest + 1 || (last >= 0 && place > last + 1);
            if (skips && !isBehindReleased(place)) {
                return log.get(place) + " was delivered after " + (last < 0 ? "nothing" : log.get(last)) +
                    ", where " + log.get(Math.min(furthest, last < 0 ? furthest : last) + 1) + " is next";
            }
            last = place;
            furthest = Math.max(furthest, place);
        }
        return null;
    }

    /** A writer goes on at the beginning of the oldest segment that is kept. */
    private boolean isBehindReleased(final int place) {
        return log.get(place).index() == 0 && log.get(place - 1).position() < keptFrom;
    }
}
