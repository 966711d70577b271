package herald.manager;

import herald.http.JsonAnswer;
import herald.http.JsonRequest;
import herald.http.RefusedException;
import org.agrona.concurrent.EpochNanoClock;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader.ExitingReaderException;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopFieldDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Answers with events, by query and by id, within a time and a length. Any thread.
 */
final class EventSearch {
    /** Of a page, in bytes. Where events are long, a page has fewer of them. */
    static final int MAX_PAGE_LENGTH = 4 * 1024 * 1024;
    /** That a search may take. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int COUNTED_HITS = 1_000;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    private final EventIndex index;
    private final EpochNanoClock clock;
    private final long timeoutNs;

    EventSearch(final EventIndex index, final EpochNanoClock clock, final long timeoutNs) {
        this.index = index;
        this.clock = clock;
        this.timeoutNs = timeoutNs;
    }

    /** Gives up the search of one request where its time is over. */
    private static final class Deadline implements QueryTimeout {
        private final long startNs = System.nanoTime();
        private final long timeoutNs;

        Deadline(final long timeoutNs) {
            this.timeoutNs = timeoutNs;
        }

        @Override
        public boolean shouldExit() {
            return System.nanoTime() - startNs > timeoutNs;
        }
    }

    /** The page that a request asks for. */
    JsonAnswer list(final JsonRequest request) throws RefusedException, IOException {
        return list(request.parameters());
    }

    JsonAnswer list(final Map<String, String> parameters) throws RefusedException, IOException {
        final IndexSearcher shared = index.searchers().acquire();
        try {
            final Deadline deadline = new Deadline(timeoutNs);
            final IndexSearcher searcher = new IndexSearcher(
                ExitableDirectoryReader.wrap((DirectoryReader)shared.getIndexReader(), deadline));
            searcher.setQueryCache(null);
            searcher.setTimeout(deadline);
            final EventQuery query = query(parameters);
            return fromFiles(() -> {
                final TopFieldDocs found = find(searcher, query);
                if (searcher.timedOut()) {
                    throw tooLong(parameters);
                }
                return page(shared.storedFields(), found, query.limit());
            });
        } catch (final ExitingReaderException e) {
            throw tooLong(parameters);
        } finally {
            index.searchers().release(shared);
        }
    }

    /** Reads the files of the index, with a query that is known to be right. */
    @FunctionalInterface
    private interface Reading {
        JsonAnswer read() throws RefusedException, IOException;
    }

    /**
     * Lucene compares no checksums while it searches: where bytes are not what they were, whatever follows from that
     * is thrown, its own assertions among it where they are enabled, and a mapped file that was cut is an
     * {@link InternalError}.
     */
    private static JsonAnswer fromFiles(final Reading reading) throws RefusedException, IOException {
        try {
            return reading.read();
        } catch (final ExitingReaderException | AlreadyClosedException | CorruptIndexException e) {
            throw e;
        } catch (final IOException | RuntimeException | InternalError | AssertionError e) {
            throw new CorruptIndexException("a search failed on its files, " + e, "index", e);
        }
    }

    private EventQuery query(final Map<String, String> parameters) throws RefusedException {
        try {
            return EventQuery.of(parameters, index.analyzer(), clock.nanoTime());
        } catch (final IllegalArgumentException e) {
            throw new RefusedException(BAD_REQUEST, e.getMessage());
        }
    }

    private RefusedException tooLong(final Map<String, String> parameters) {
        return new RefusedException(BAD_REQUEST, (parameters.isEmpty() ? "the search" : parameters.entrySet().stream()
            .map(parameter -> parameter.getKey() + " is \"" + parameter.getValue() + '"')
            .collect(Collectors.joining(", "))) + ": this took longer than " +
            TimeUnit.NANOSECONDS.toSeconds(timeoutNs) + " s; narrow it by from, to, node or severity, and leave out " +
            "wildcards");
    }

    private static TopFieldDocs find(final IndexSearcher searcher, final EventQuery query) throws IOException {
        final int documents = Math.max(1, searcher.getIndexReader().maxDoc());
        final FieldDoc after = query.cursor() == null ? null :
            new FieldDoc(documents - 1, Float.NaN, query.cursor().fields);
        return searcher.search(query.query(),
            new TopFieldCollectorManager(query.sort(), Math.min(query.limit(), documents), after, COUNTED_HITS));
    }

    private static JsonAnswer page(final StoredFields stored, final TopFieldDocs found, final int limit)
        throws IOException {
        final EventPage page = new EventPage(MAX_PAGE_LENGTH);
        int taken = 0;
        for (final ScoreDoc hit : found.scoreDocs) {
            if (!page.add(StoredEvent.json(stored.document(hit.doc)))) {
                break;
            }
            taken++;
        }
        final boolean more = taken < found.scoreDocs.length || taken == limit;
        return JsonAnswer.of(JsonAnswer.OK, page.close("{\"kind\":\"EventList\",\"meta\":{\"total\":" +
            found.totalHits.value + ",\"total-relation\":\"" +
            (found.totalHits.relation == TotalHits.Relation.EQUAL_TO ? "exactly" : "at-least") + '"' +
            (more ? ",\"cursor\":\"" + EventQuery.cursorBehind((FieldDoc)found.scoreDocs[taken - 1]) + '"' : "") +
            "},\"items\":["));
    }

    /** The event whose id a request has in its path. */
    JsonAnswer one(final JsonRequest request) throws RefusedException, IOException {
        final RefusedException absent =
            new RefusedException(NOT_FOUND, "there is no event \"" + request.name() + '"');
        final Term term;
        try {
            term = new Term(EventFields.ID, EventFields.id(UUID.fromString(request.name())));
        } catch (final IllegalArgumentException e) {
            throw absent;
        }
        final IndexSearcher searcher = index.searchers().acquire();
        try {
            return fromFiles(() -> {
                final TopDocs found = searcher.search(new TermQuery(term), 1);
                if (found.scoreDocs.length == 0) {
                    throw absent;
                }
                final BytesRef json = StoredEvent.json(searcher.storedFields().document(found.scoreDocs[0].doc));
                return JsonAnswer.of(JsonAnswer.OK, ByteBuffer.allocate(json.length + 1)
                    .put(json.bytes, json.offset, json.length).put("\n".getBytes(StandardCharsets.UTF_8)).flip());
            });
        } finally {
            index.searchers().release(searcher);
        }
    }
}
