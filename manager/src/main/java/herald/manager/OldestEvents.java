package herald.manager;

import org.apache.lucene.document.LongField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.TopFieldDocs;

import java.io.IOException;

/**
 * Finds where the oldest of all events end.
 */
final class OldestEvents {
    private static final int MOST_AT_ONCE = 100_000;

    private OldestEvents() {
    }

    /**
     * The time up to which a number of events have their last occurrence.
     *
     * @param searcher of the index.
     * @param count    of events, at least 1; no more than some are looked at.
     * @return ns since the epoch, inclusive; the least time there is where there are no events.
     */
    static long timeOf(final IndexSearcher searcher, final long count) throws IOException {
        final TopFieldDocs oldest = searcher.search(
            new MatchAllDocsQuery(), (int)Math.min(Math.max(1, count), MOST_AT_ONCE),
            new Sort(LongField.newSortField(EventFields.TIME, false, SortedNumericSelector.Type.MIN)));
        return oldest.scoreDocs.length == 0 ? Long.MIN_VALUE :
            (Long)((FieldDoc)oldest.scoreDocs[oldest.scoreDocs.length - 1]).fields[0];
    }
}
