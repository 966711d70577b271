package herald.manager;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.agrona.concurrent.EpochNanoClock;
import org.apache.lucene.index.CorruptIndexException;
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
import org.apache.lucene.util.BytesRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * What a manager answers over HTTP: events by query and by id, its counters, and whether it works. Nothing is changed
 * through it.
 */
final class HttpApi implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpApi.class);
    private static final String EVENTS = "/events/v1/events";
    private static final int THREADS = 4;
    private static final int BACKLOG = 64;
    private static final int COUNTED_HITS = 1_000;
    private static final int MAX_QUERY_LENGTH = 8 * 1024;
    private static final JsonMapper MAPPER = new JsonMapper();

    static {
        // Headers and body leave in two segments: by Nagle's algorithm the second waits 40 ms for a delayed ACK. The
        // server has no other way to say so, and reads this once.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final EventIndex index;
    private final ManagerCounters counters;
    private final EpochNanoClock clock;
    private final HttpServer server;
    private final ExecutorService executor;

    /** Answers one request. */
    @FunctionalInterface
    private interface Answer {
        byte[] to(HttpExchange exchange) throws IOException, NotFoundException;
    }

    /** There is nothing of that name. */
    private static final class NotFoundException extends Exception {
        private static final long serialVersionUID = 1L;

        NotFoundException(final String message) {
            super(message);
        }
    }

    HttpApi(
        final InetSocketAddress listen, final EventIndex index, final ManagerCounters counters,
        final Supplier<String> ailment, final EpochNanoClock clock) throws IOException {
        this.index = index;
        this.counters = counters;
        this.clock = clock;
        this.server = HttpServer.create(listen, BACKLOG);
        this.executor = Executors.newFixedThreadPool(THREADS, task -> {
            final Thread thread = new Thread(task, "herald-manager-http");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        route(EVENTS, this::events);
        route("/stats", exchange -> MAPPER.writeValueAsBytes(counters.values()));
        route("/healthz", exchange -> {
            final String why = ailment.get();
            if (why != null) {
                throw new IllegalStateException(why);
            }
            return MAPPER.writeValueAsBytes(Map.of("status", "ok"));
        });
        route("/", exchange -> {
            throw new NotFoundException("there is no " + exchange.getRequestURI().getPath() + ": try " + EVENTS +
                ", " + EVENTS + "/ID, /stats or /healthz");
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void route(final String path, final Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                int code = 200;
                byte[] body;
                try {
                    if (!exchange.getRequestMethod().matches("GET|HEAD")) {
                        code = 405;
                        body = status(code, exchange.getRequestMethod() + " is not GET: nothing can be changed here");
                    } else {
                        body = answer.to(exchange);
                    }
                } catch (final IllegalArgumentException e) {
                    code = 400;
                    body = status(code, e.getMessage());
                } catch (final NotFoundException e) {
                    code = 404;
                    body = status(code, e.getMessage());
                } catch (final IllegalStateException e) {
                    code = 503;
                    body = status(code, e.getMessage());
                } catch (final CorruptIndexException e) {
                    counters.damaged();
                    LOGGER.error("the index is damaged: see herald manager --verify", e);
                    code = 500;
                    body = status(code, "the index is damaged, and answers are held back: see herald manager " +
                        "--verify (" + e.getMessage() + ")");
                } catch (final IOException | RuntimeException | InternalError e) {
                    LOGGER.warn("{} failed", exchange.getRequestURI().getPath(), e);
                    code = 500;
                    body = status(code, e.toString());
                }
                send(exchange, code, body);
            }
        });
    }

    private static byte[] status(final int code, final String message) throws IOException {
        final Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("code", code);
        status.put("message", message);
        return MAPPER.writeValueAsBytes(status);
    }

    private static void send(final HttpExchange exchange, final int code, final byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if ("HEAD".equals(exchange.getRequestMethod())) {
            exchange.sendResponseHeaders(code, -1);
            return;
        }
        exchange.sendResponseHeaders(code, body.length + 1L);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().write('\n');
    }

    private byte[] events(final HttpExchange exchange) throws IOException, NotFoundException {
        final String path = exchange.getRequestURI().getPath();
        final IndexSearcher searcher = index.searchers().acquire();
        try {
            if (path.equals(EVENTS) || path.equals(EVENTS + '/')) {
                return list(searcher, EventQuery.of(
                    parameters(exchange.getRequestURI().getRawQuery()), index.analyzer(), clock.nanoTime()));
            }
            return one(searcher, path.substring(EVENTS.length() + 1));
        } finally {
            index.searchers().release(searcher);
        }
    }

    private static byte[] one(final IndexSearcher searcher, final String id) throws IOException, NotFoundException {
        final NotFoundException absent = new NotFoundException("there is no event \"" + id + "\"");
        final Term term;
        try {
            term = new Term(EventFields.ID, EventFields.id(UUID.fromString(id)));
        } catch (final IllegalArgumentException e) {
            throw absent;
        }
        final TopDocs found = searcher.search(new TermQuery(term), 1);
        if (found.scoreDocs.length == 0) {
            throw absent;
        }
        final BytesRef json = StoredEvent.json(searcher.storedFields().document(found.scoreDocs[0].doc));
        return Arrays.copyOfRange(json.bytes, json.offset, json.offset + json.length);
    }

    private static byte[] list(final IndexSearcher searcher, final EventQuery query) throws IOException {
        final int documents = Math.max(1, searcher.getIndexReader().maxDoc());
        final FieldDoc after = query.cursor() == null ? null :
            new FieldDoc(documents - 1, Float.NaN, query.cursor().fields);
        final TopFieldDocs found = searcher.search(query.query(),
            new TopFieldCollectorManager(query.sort(), Math.min(query.limit(), documents), after, COUNTED_HITS));
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final boolean more = found.scoreDocs.length == query.limit();
        out.writeBytes(utf8("{\"kind\":\"EventList\",\"meta\":{\"total\":" + found.totalHits.value +
            ",\"total-relation\":\"" +
            (found.totalHits.relation == TotalHits.Relation.EQUAL_TO ? "exactly" : "at-least") + '"' +
            (more ? ",\"cursor\":\"" +
                EventQuery.cursorBehind((FieldDoc)found.scoreDocs[found.scoreDocs.length - 1]) + '"' : "") +
            "},\"items\":["));
        final StoredFields stored = searcher.storedFields();
        boolean first = true;
        for (final ScoreDoc hit : found.scoreDocs) {
            if (!first) {
                out.write(',');
            }
            first = false;
            final BytesRef json = StoredEvent.json(stored.document(hit.doc));
            out.write(json.bytes, json.offset, json.length);
        }
        out.writeBytes(utf8("]}"));
        return out.toByteArray();
    }

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(final String query) {
        final Map<String, String> parameters = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        if (query.length() > MAX_QUERY_LENGTH) {
            throw new IllegalArgumentException(
                "the query is longer than " + MAX_QUERY_LENGTH + " characters: shorten it");
        }
        for (final String pair : query.split("&", -1)) {
            final int equals = pair.indexOf('=');
            final String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            final String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            // Forms send parameters that were left open.
            if (!value.isEmpty() && parameters.put(name, value) != null) {
                throw new IllegalArgumentException("parameter \"" + name + "\" comes twice: say it once");
            }
        }
        return parameters;
    }

    private static String decode(final String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
