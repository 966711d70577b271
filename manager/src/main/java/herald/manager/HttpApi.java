package herald.manager;

import herald.http.HttpLimits;
import herald.http.JsonAnswer;
import herald.http.JsonRequest;
import herald.http.JsonServer;
import herald.http.Resource;
import herald.link.Endpoint;
import org.apache.lucene.index.CorruptIndexException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a manager answers over HTTP: events by query and by id, its counters, and whether it works. Nothing is changed
 * through it.
 */
final class HttpApi implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpApi.class);
    private static final String EVENTS = "/events/v1/events";
    private static final int THREADS = 4;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private final ManagerCounters counters;
    private final JsonServer server;

    /**
     * Starts to answer.
     *
     * @param listen   where.
     * @param search   for events.
     * @param counters of the manager.
     * @param ailment  why the manager does not work; null where it does.
     * @throws IOException where the address can't be used: names it, and the remedy.
     */
    HttpApi(
        final Endpoint listen, final EventSearch search, final ManagerCounters counters,
        final Supplier<String> ailment) throws IOException {
        this.counters = counters;
        try {
            this.server = JsonServer.listen(new JsonServer.Settings(
                "herald-manager-http", listen.host(), listen.port(), THREADS, HttpLimits.ofProcess()));
        } catch (final IOException e) {
            throw new IOException(e.getMessage() + "; choose another with --http", e);
        }
        server.answer(List.of(
            Resource.listAt(EVENTS).get(whole(search::list)).parameters(EventQuery.PARAMETERS)
                .mayBeEmpty(EventQuery.CURSOR),
            Resource.below(EVENTS, "ID").get(whole(search::one)),
            Resource.at("/stats").get(request -> JsonAnswer.of(counters.values())).quick(),
            Resource.at("/healthz").get(request -> health(ailment.get(), counters.damages())).quick()));
    }

    private static JsonAnswer health(final String ailment, final long damages) {
        if (ailment == null && damages > 0) {
            return JsonAnswer.status(UNAVAILABLE, "the index is damaged, and " + damages + " answers were held back: " +
                "see herald manager --verify");
        }
        return ailment == null ? JsonAnswer.of(Map.of("status", "ok")) : JsonAnswer.status(UNAVAILABLE, ailment);
    }

    /** Holds back what the index has not kept as it was. */
    private Resource.Operation whole(final Resource.Operation operation) {
        return (final JsonRequest request) -> {
            try {
                return operation.answer(request);
            } catch (final CorruptIndexException e) {
                counters.damaged();
                LOGGER.error("the index is damaged: see herald manager --verify", e);
                return JsonAnswer.status(INTERNAL_ERROR, "the index is damaged, and answers are held back: see " +
                    "herald manager --verify (" + e.getMessage() + ")");
            }
        };
    }

    int port() {
        return server.address().getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
