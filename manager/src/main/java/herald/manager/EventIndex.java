package herald.manager;

import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.manager.StoredStates.State;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The manager's store: one Lucene document an event, by event id. A later state replaces the older one, any other
 * is passed over, so that what comes twice, or by two ways, is stored once. What {@link #commit} returned from
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
        /** Its node was set back to an earlier state, and has gone on from there: its count is less than it was. */
        SET_BACK,
        /** This state is known, or a later one. */
        PASSED
    }

    /** An event can't be stored, and none but itself is concerned. */
    static final class UnusableEventException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableEventException(final RuntimeException cause) {
            super(cause.toString(), cause);
        }
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
    private final FSDirectory directory;
    private final StandardAnalyzer analyzer = new StandardAnalyzer();
    private final IndexWriter writer;
    private final SearcherManager searchers;
    private final EventDocuments documents = new EventDocuments();
    private final NodePositions positions;
    /** What searches do not see yet. */
    private final Map<UUID, State> fresh = new HashMap<>();
    private IndexSearcher lookedAt;
    private StoredStates states;

    /**
     * Opens an index, or makes one.
     *
     * @param path of its files.
     * @throws IOException where it can't be opened, is damaged or there in part: says what would mend it.
     */
    EventIndex(final Path path) throws IOException {
        directory = OwnersDirectory.open(path);
        IndexWriter opened = null;
        try {
            final Map<String, String> commit = IndexFiles.requireWhole(directory);
            positions = new NodePositions(commit);
            opened = new IndexWriter(new OwnersDirectory(directory), new IndexWriterConfig(analyzer)
                .setRAMBufferSizeMB(BUFFER_MB).setCommitOnClose(false)
                .setLeafSorter(Comparator.comparingLong(EventIndex::newestNs).reversed()));
            if (commit == null) {
                // From here on a directory without a commit is one that has lost it.
                opened.setLiveCommitData(Map.of(IndexFiles.FORM_KEY, IndexFiles.FORM).entrySet());
                opened.commit();
            }
            searchers = new SearcherManager(opened, new UncachedSearcherFactory());
            look();
        } catch (final IOException e) {
            CloseHelper.quietCloseAll(opened, directory);
            throw e;
        }
        writer = opened;
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
        states = new StoredStates(newest.getIndexReader());
    }

    /**
     * Adds one event of a batch.
     *
     * @param batch      that has it.
     * @param index      of it there.
     * @param receivedNs when it came, ns since the epoch.
     * @return what became of it.
     * @throws UnusableEventException where it can't be stored, whatever is tried: nothing has changed.
     */
    Outcome add(final EventBatch batch, final int index, final long receivedNs)
        throws IOException, UnusableEventException {
        final EventView event = event(batch, index);
        final BytesRef id = EventFields.id(event.id());
        final State known = stateOf(event.id(), id);
        if (known != null && !known.isBefore(event.count(), event.journalTimeNs())) {
            return Outcome.PASSED;
        }
        store(event, id, receivedNs, known != null);
        fresh.put(event.id(), new State(event.count(), event.journalTimeNs()));
        if (known == null) {
            return Outcome.STORED;
        }
        return event.count() < known.count() ? Outcome.SET_BACK : Outcome.REPLACED;
    }

    private static EventView event(final EventBatch batch, final int index) throws UnusableEventException {
        try {
            return batch.event(index);
        } catch (final RuntimeException e) {
            throw new UnusableEventException(e);
        }
    }

    private State stateOf(final UUID id, final BytesRef term) throws IOException {
        final State unseen = fresh.get(id);
        return unseen == null ? states.of(term) : unseen;
    }

    private void store(final EventView event, final BytesRef id, final long receivedNs, final boolean replaces)
        throws IOException, UnusableEventException {
        final Document document;
        try {
            document = documents.of(event, id, receivedNs);
        } catch (final RuntimeException e) {
            throw new UnusableEventException(e);
        }
        try {
            if (replaces) {
                writer.updateDocument(new Term(EventFields.ID, id), document);
            } else {
                writer.addDocument(document);
            }
        } catch (final IllegalArgumentException e) {
            throw new UnusableEventException(e);
        }
    }

    /** Up to where this index has what nodes sent. */
    NodePositions positions() {
        return positions;
    }

    /** When the event came that came last, ns since the epoch; {@link Long#MIN_VALUE} where none says. */
    long lastReceivedNs() throws IOException {
        return OldestEvents.newest(lookedAt, EventFields.RECEIVED);
    }

    /** Forces what was added, and lets searches see it. */
    void commit() throws IOException {
        final Map<String, String> data = positions.changes();
        if (data != null) {
            writer.setLiveCommitData(data.entrySet());
        }
        writer.commit();
        searchers.maybeRefreshBlocking();
        look();
        fresh.clear();
    }

    /**
     * Deletes what came before a time.
     *
     * @param oldestNs what was received before is deleted.
     * @return how many events.
     */
    long releaseBefore(final long oldestNs) throws IOException {
        final Query old = OldestEvents.until(oldestNs - 1);
        final int found = lookedAt.count(old);
        if (found > 0) {
            writer.deleteDocuments(old);
        }
        return found;
    }

    /**
     * Deletes what came first where the index is longer than allowed. Files get shorter later, beside this.
     *
     * @param maxLength of what is kept, in bytes.
     * @return how many events, about.
     */
    long releaseBeyond(final long maxLength) throws IOException {
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
