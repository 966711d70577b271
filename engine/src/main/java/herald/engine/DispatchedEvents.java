package herald.engine;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.Disk;

import java.nio.file.Path;

/**
 * What a part of the dispatch log holds.
 *
 * @param events of its batches.
 * @param fromNs journal time of the first one, ns since the epoch; 0 where there is none.
 * @param toNs   journal time at the end of the last batch; 0 where there is none.
 */
record DispatchedEvents(long events, long fromNs, long toNs) {
    /**
     * Reads a part of the log.
     *
     * @param disk        that holds it.
     * @param dispatchDir of its segments.
     * @param from        where the part begins.
     * @param end         behind it.
     * @return what is there.
     */
    static DispatchedEvents of(final Disk disk, final Path dispatchDir, final long from, final long end) {
        long events = 0;
        long fromNs = Long.MAX_VALUE;
        long toNs = 0;
        try (DispatchReader reader = new DispatchReader(disk, dispatchDir, from, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null && batch.position() < end; batch = reader.next()) {
                events += batch.size();
                fromNs = Math.min(fromNs, batch.fromTimeNs());
                toNs = Math.max(toNs, batch.toTimeNs());
            }
        }
        return new DispatchedEvents(events, fromNs == Long.MAX_VALUE ? 0 : fromNs, toNs);
    }
}
