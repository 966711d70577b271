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
 * The counts of stored events by id, in one state of the index. It keeps a cursor into each segment's ids, since one
 * for every look costs more than the look. One thread.
 */
final class StoredCounts {
    /** Of an event that is not stored. */
    static final long ABSENT = 0;

    private record Segment(LeafReader reader, TermsEnum ids) {
    }

    private final List<Segment> segments = new ArrayList<>();
    private PostingsEnum postings;

    StoredCounts(final IndexReader index) throws IOException {
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
     * @return its count, or {@link #ABSENT}.
     */
    long of(final BytesRef id) throws IOException {
        for (final Segment segment : segments) {
            if (segment.ids.seekExact(id)) {
                final long count = in(segment);
                if (count != ABSENT) {
                    return count;
                }
            }
        }
        return ABSENT;
    }

    /** A segment may have the id in documents that were replaced since. */
    private long in(final Segment segment) throws IOException {
        final Bits live = segment.reader.getLiveDocs();
        postings = segment.ids.postings(postings, PostingsEnum.NONE);
        for (int doc = postings.nextDoc(); doc != PostingsEnum.NO_MORE_DOCS; doc = postings.nextDoc()) {
            if (live == null || live.get(doc)) {
                final NumericDocValues counts = segment.reader.getNumericDocValues(EventFields.COUNT);
                return counts != null && counts.advanceExact(doc) ? counts.longValue() : ABSENT;
            }
        }
        return ABSENT;
    }
}
