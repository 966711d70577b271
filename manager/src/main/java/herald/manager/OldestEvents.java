package herald.manager;

import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

import java.io.IOException;

/**
 * Finds the events that the manager got first. Those of form 2, which do not say when, go by their last occurrence.
 */
final class OldestEvents {
    /** One in so many may be found too many: each look costs a walk over what is older. */
    private static final int TOLERANCE = 64;

    private OldestEvents() {
    }

    /**
     * A query for the oldest events.
     *
     * @param searcher of the index.
     * @param count    of events, from 1 to those that there are.
     * @return finds that many, or a few more.
     * @throws IOException where the index can't be read.
     */
    static Query find(final IndexSearcher searcher, final long count) throws IOException {
        long fromNs = Math.min(least(searcher, EventFields.TIME), least(searcher, EventFields.RECEIVED));
        long toNs = Math.max(newest(searcher, EventFields.TIME), newest(searcher, EventFields.RECEIVED));
        while (fromNs < toNs) {
            final long middleNs = (fromNs & toNs) + ((fromNs ^ toNs) >> 1);
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

    private static long least(final IndexSearcher searcher, final String field) throws IOException {
        final byte[] packed = PointValues.getMinPackedValue(searcher.getIndexReader(), field);
        return packed == null ? Long.MAX_VALUE : LongPoint.decodeDimension(packed, 0);
    }

    /**
     * The last of the times of a field.
     *
     * @param searcher of the index.
     * @param field    of times.
     * @return ns since the epoch; {@link Long#MIN_VALUE} where no event has the field.
     * @throws IOException where the index can't be read.
     */
    static long newest(final IndexSearcher searcher, final String field) throws IOException {
        final byte[] packed = PointValues.getMaxPackedValue(searcher.getIndexReader(), field);
        return packed == null ? Long.MIN_VALUE : LongPoint.decodeDimension(packed, 0);
    }

    /**
     * A query for the events that the manager got until then.
     *
     * @param timeNs since the epoch, inclusive.
     * @return finds them.
     */
    static Query until(final long timeNs) {
        final Query ofForm2 = new BooleanQuery.Builder()
            .add(LongField.newRangeQuery(EventFields.TIME, Long.MIN_VALUE, timeNs), BooleanClause.Occur.FILTER)
            .add(new FieldExistsQuery(EventFields.RECEIVED), BooleanClause.Occur.MUST_NOT)
            .build();
        return new BooleanQuery.Builder()
            .add(LongField.newRangeQuery(EventFields.RECEIVED, Long.MIN_VALUE, timeNs), BooleanClause.Occur.SHOULD)
            .add(ofForm2, BooleanClause.Occur.SHOULD)
            .build();
    }
}
