package herald.manager;

import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

import java.io.IOException;

/**
 * Finds where the oldest of all events end.
 */
final class OldestEvents {
    /** One in so many may be found too many: each look costs a walk over what is older. */
    private static final int TOLERANCE = 64;

    private OldestEvents() {
    }

    /**
     * A query for the events with the oldest last occurrences.
     *
     * @param searcher of the index.
     * @param count    of events, from 1 to those that there are.
     * @return finds that many, or a few more.
     * @throws IOException where the index can't be read.
     */
    static Query find(final IndexSearcher searcher, final long count) throws IOException {
        final byte[] least = PointValues.getMinPackedValue(searcher.getIndexReader(), EventFields.TIME);
        final byte[] most = PointValues.getMaxPackedValue(searcher.getIndexReader(), EventFields.TIME);
        long fromNs = LongPoint.decodeDimension(least, 0);
        long toNs = LongPoint.decodeDimension(most, 0);
        while (fromNs < toNs) {
            final long middleNs = fromNs + (toNs - fromNs) / 2;
            final long found = searcher.count(until(middleNs));
            if (found < count) {
                fromNs = middleNs + 1;
            } else {
                toNs = middleNs;
                if (found - count <= count / TOLERANCE) {
                    break;
                }
            }
        }
        return until(toNs);
    }

    /**
     * A query for the events whose last occurrence was until then.
     *
     * @param timeNs since the epoch, inclusive.
     * @return finds them.
     */
    static Query until(final long timeNs) {
        return LongField.newRangeQuery(EventFields.TIME, Long.MIN_VALUE, timeNs);
    }
}
