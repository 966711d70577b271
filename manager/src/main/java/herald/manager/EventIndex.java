package herald.manager;

import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.writers.json.EventJson;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.agrona.CloseHelper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The manager's store: one Lucene document an event, by event id. A count that grew replaces the older one, one that
 * did not is passed over, so that what comes twice, or by two ways, is stored once. What {@link #commit} returned from
 * survives a kill and a power cut.
 *
 * <p>One thread adds and commits; any number search.
 */
final class EventIndex implements AutoCloseable {
    /** What became of an event. */
    enum Outcome {
        /** It is new. */
        STORED,
        /** Its count grew. */
        REPLACED,
        /** Its count is known, or a greater one. */
        PASSED
    }

    /** Queries differ in their times, so that what a cache kept of one serves no other. */
    private static final class UncachedSearcherFactory extends SearcherFactory {
        @Override
        public IndexSearcher newSearcher(final IndexReader reader, final IndexReader previous) {
            final IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            return searcher;
        }
    }

    private static final double BUFFER_MB = 64;
    /** Says in each commit what fields documents have: to be changed whenever they change. */
    private static final String FORM_KEY = "herald-form";
    private static final String FORM = "2";

    private final FSDirectory directory;
    private final StandardAnalyzer analyzer = new StandardAnalyzer();
    private final IndexWriter writer;
    private final SearcherManager searchers;
    private final EventJson json = new EventJson();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    /** Counts that searches do not see yet. */
    private final Map<UUID, Long> fresh = new HashMap<>();
    private IndexSearcher lookedAt;
    private StoredCounts counts;

    /**
     * Opens an index, or makes one.
     *
     * @param path of its files.
     * @throws IOException where it can't be opened.
     */
    EventIndex(final Path path) throws IOException {
        directory = FSDirectory.open(path);
        IndexWriter opened = null;
        try {
            checkForm(path);
            opened = new IndexWriter(directory, new IndexWriterConfig(analyzer)
                .setRAMBufferSizeMB(BUFFER_MB).setCommitOnClose(false)
                .setLeafSorter(Comparator.comparingLong(EventIndex::newestNs).reversed()));
            opened.setLiveCommitData(Map.of(FORM_KEY, FORM).entrySet());
            searchers = new SearcherManager(opened, new UncachedSearcherFactory());
            look();
        } catch (final IOException e) {
            CloseHelper.quietCloseAll(opened, directory);
            throw e;
        }
        writer = opened;
    }

    private void checkForm(final Path path) throws IOException {
        if (!DirectoryReader.indexExists(directory)) {
            return;
        }
        final String form = SegmentInfos.readLatestCommit(directory).getUserData().get(FORM_KEY);
        if (!FORM.equals(form)) {
            throw new IOException("index " + path + " has form " + (form == null ? "1" : form) + ", and this build " +
                "takes form " + FORM + ": choose another --data-dir, and keep this one for the build that wrote it");
        }
    }

    /** The last occurrence that a segment has of any event, so that searches begin with the newest segment. */
    private static long newestNs(final LeafReader segment) {
        try {
            final PointValues times = segment.getPointValues(EventFields.TIME);
            return times == null ? Long.MIN_VALUE : LongPoint.decodeDimension(times.getMaxPackedValue(), 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at the newest state that searches see. */
    private void look() throws IOException {
        final IndexSearcher newest = searchers.acquire();
        if (lookedAt != null) {
            searchers.release(lookedAt);
        }
        lookedAt = newest;
        counts = new StoredCounts(newest.getIndexReader());
    }

    /** Adds one event of a batch. */
    Outcome add(final EventBatch batch, final int index) throws IOException {
        final EventView event = batch.event(index);
        final BytesRef id = EventFields.id(event.id());
        final long known = countOf(event.id(), id);
        if (known >= event.count()) {
            return Outcome.PASSED;
        }
        fresh.put(event.id(), event.count());
        final Document document = document(event, id);
        if (known == StoredCounts.ABSENT) {
            writer.addDocument(document);
            return Outcome.STORED;
        }
        writer.updateDocument(new Term(EventFields.ID, id), document);
        return Outcome.REPLACED;
    }

    private long countOf(final UUID id, final BytesRef term) throws IOException {
        final Long unseen = fresh.get(id);
        return unseen == null ? counts.of(term) : unseen;
    }

    private Document document(final EventView event, final BytesRef id) throws IOException {
        line.reset();
        json.write(event, line);
        final Document document = new Document();
        document.add(new StringField(EventFields.ID, id, Field.Store.NO));
        document.add(new NumericDocValuesField(EventFields.ID_HIGH, event.id().getMostSignificantBits()));
        document.add(new NumericDocValuesField(EventFields.ID_LOW, event.id().getLeastSignificantBits()));
        document.add(new StoredField(EventFields.JSON, line.toByteArray(), 0, line.size() - 1));
        document.add(new NumericDocValuesField(EventFields.COUNT, event.count()));
        document.add(new LongField(EventFields.TIME, event.modTimeNs(), Field.Store.NO));
        document.add(new IntField(EventFields.SEVERITY, event.severity().code(), Field.Store.NO));
        document.add(new StringField(EventFields.TYPE, event.type(), Field.Store.NO));
        document.add(new StringField(EventFields.COMPONENT, event.component(), Field.Store.NO));
        document.add(new StringField(EventFields.NODE, event.node(), Field.Store.NO));
        document.add(new StringField(EventFields.TENANT, event.tenant(), Field.Store.NO));
        document.add(new StringField(EventFields.REF, event.refKind() + '/' + event.refName(), Field.Store.NO));
        document.add(new TextField(EventFields.MESSAGE, event.message(), Field.Store.NO));
        return document;
    }

    /** Forces what was added, and lets searches see it. */
    void commit() throws IOException {
        writer.commit();
        searchers.maybeRefreshBlocking();
        look();
        fresh.clear();
    }

    /**
     * Deletes what is older than a time, and the oldest where the index is longer than allowed. Files get shorter
     * later, beside this.
     *
     * @param oldestNs  last occurrences before are deleted.
     * @param maxLength of what is kept, in bytes.
     * @return how many were deleted for their length, about.
     */
    long release(final long oldestNs, final long maxLength) throws IOException {
        writer.deleteDocuments(OldestEvents.until(oldestNs - 1));
        final int events = lookedAt.getIndexReader().numDocs();
        final double length = length();
        if (events == 0 || length <= maxLength) {
            return 0;
        }
        final long surplus = (long)Math.ceil((length - maxLength) / length * events);
        writer.deleteDocuments(OldestEvents.find(lookedAt, surplus));
        writer.forceMergeDeletes(false);
        return surplus;
    }

    /** Of what searches see: what is deleted, or merged already, is in files that go by themselves. */
    private double length() throws IOException {
        double length = 0;
        for (final LeafReaderContext leaf : lookedAt.getIndexReader().leaves()) {
            final SegmentReader segment = (SegmentReader)FilterLeafReader.unwrap(leaf.reader());
            length += (double)segment.getSegmentInfo().sizeInBytes() * segment.numDocs() / segment.maxDoc();
        }
        return length;
    }

    /** Whether there is something to commit, a merge included. */
    boolean hasChanges() {
        return writer.hasUncommittedChanges();
    }

    SearcherManager searchers() {
        return searchers;
    }

    StandardAnalyzer analyzer() {
        return analyzer;
    }

    /** What was not committed is dropped: nobody was told that it is kept. */
    @Override
    public void close() {
        CloseHelper.quietCloseAll(
            () -> searchers.release(lookedAt), searchers, writer, directory, analyzer);
    }
}
