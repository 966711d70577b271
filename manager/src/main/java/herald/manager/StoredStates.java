package herald.manager;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is stored of events by id, in one state of the index. It keeps a cursor into each segment's ids, since one
 * for every look costs more than the look. One thread.
 */
final class StoredStates {
    /**
     * A state of an event.
     *
     * @param count  of its occurrences.
     * @param seenNs journal time of its node at the last of them; {@link #UNKNOWN} in an index of form 2.
     */
    record State(long count, long seenNs) {
        static final long UNKNOWN = Long.MAX_VALUE;

        /**
         * Whether another state of the event comes after this one. A count that is less than this one, and was seen
         * later, is that of a node that was set back to an earlier state.
         */
        boolean isBefore(final long otherCount, final long otherSeenNs) {
            return otherCount > count || otherSeenNs > seenNs;
        }
    }

    private record Segment(LeafReader reader, TermsEnum ids) {
    }

    private final List<Segment> segments = new ArrayList<>();
    private PostingsEnum postings;

    StoredStates(final IndexReader index) throws IOException {
        for (final LeafReaderContext leaf : index.leaves()) {
            final Terms ids = leaf.reader().terms(EventFields.ID);
            if (ids != null) {
                segments.add(new Segment(leaf.reader(), ids.iterator()));
            }
        }
    }

    /**
     * Looks an event up.
     *
     * @param id term of {@link EventFields#ID}.
     * @return its state, or null where it is not stored.
     */
    State of(final BytesRef id) throws IOException {
        for (final Segment segment : segments) {
            if (segment.ids.seekExact(id)) {
                final State state = in(segment);
                if (state != null) {
                    return state;
                }
            }
        }
        return null;
    }

    /** A segment may have the id in documents that were replaced since. */
    private State in(final Segment segment) throws IOException {
        final Bits live = segment.reader.getLiveDocs();
        postings = segment.ids.postings(postings, PostingsEnum.NONE);
        for (int doc = postings.nextDoc(); doc != PostingsEnum.NO_MORE_DOCS; doc = postings.nextDoc()) {
            if (live == null || live.get(doc)) {
                return new State(value(segment, EventFields.COUNT, doc, 0),
                    value(segment, EventFields.SEEN, doc, State.UNKNOWN));
            }
        }
        return null;
    }

    private static long value(final Segment segment, final String field, final int doc, final long otherwise)
        throws IOException {
        final NumericDocValues values = segment.reader.getNumericDocValues(field);
        return values != null && values.advanceExact(doc) ? values.longValue() : otherwise;
    }
}
