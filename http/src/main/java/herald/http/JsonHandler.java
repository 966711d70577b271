package herald.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Takes requests to resources, and answers to clients. No thread of Jetty's waits here: bodies and answers come and go
 * as clients send and read, and what takes long is for {@link FairWorkers}.
 */
final class JsonHandler extends Handler.Abstract {
    static final String CONTENT_TYPE = "application/json";
    private static final Logger LOGGER = LoggerFactory.getLogger(JsonServer.class);
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int TOO_LONG = 413;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private final List<Resource> resources;
    private final HttpLimits limits;
    private final HostNames hosts;
    private final ConnectionGuard guard;
    private final FairWorkers workers;

    JsonHandler(
        final List<Resource> resources, final HttpLimits limits, final HostNames hosts, final ConnectionGuard guard,
        final FairWorkers workers) {
        this.resources = resources;
        this.limits = limits;
        this.hosts = hosts;
        this.guard = guard;
        this.workers = workers;
    }

    @Override
    public boolean handle(final Request request, final Response response, final Callback callback) {
        final Connection connection = request.getConnectionMetaData().getConnection();
        guard.working(connection);
        final Exchange exchange = new Exchange(request, response,
            Callback.from(() -> guard.waiting(connection), callback), connection);
        try {
            final HttpURI uri = request.getHttpURI();
            hosts.require(uri.getHost());
            if (uri.getFragment() != null) {
                throw new RefusedException(BAD_REQUEST, "the path has \"#\": it must be written as %23");
            }
            dispatch(exchange, RequestTarget.of(uri.getPath(), uri.getQuery()));
        } catch (final RefusedException e) {
            exchange.send(e.answer());
        }
        return true;
    }

    private void dispatch(final Exchange exchange, final RequestTarget target) throws RefusedException {
        final HttpFields headers = exchange.request.getHeaders();
        for (final Resource resource : resources) {
            final String name = resource.nameIn(target.path());
            if (name != null) {
                final JsonRequest asked =
                    new JsonRequest(exchange.request.getMethod(), target, name, headers::get, new byte[0]);
                resource.check(asked);
                final Resource.Operation operation = resource.operation(asked);
                resource.requireParameters(asked);
                if ("PUT".equals(asked.method())) {
                    readBody(exchange, asked, body -> work(exchange, resource, operation, asked.with(body)));
                } else {
                    work(exchange, resource, operation, asked);
                }
                return;
            }
        }
        throw new RefusedException(NOT_FOUND, "there is no " + target.path() + ": try " +
            resources.stream().map(Resource::shownPath).collect(Collectors.joining(", ")));
    }

    /** What goes on with a body. */
    @FunctionalInterface
    private interface BodyUse {
        void with(byte[] body);
    }

    private void readBody(final Exchange exchange, final JsonRequest asked, final BodyUse use)
        throws RefusedException {
        final RefusedException tooLong = new RefusedException(TOO_LONG, "the body is longer than " +
            limits.bodyLength() + " bytes: shorten it");
        if (exchange.request.getLength() > limits.bodyLength()) {
            throw tooLong;
        }
        guard.reading(exchange.connection);
        Content.Source.asByteArrayAsync(exchange.request, limits.bodyLength(), new Promise.Invocable<>() {
            @Override
            public void succeeded(final byte[] body) {
                guard.working(exchange.connection);
                use.with(body);
            }

            @Override
            public void failed(final Throwable failure) {
                exchange.send(failure instanceof IllegalStateException ? tooLong.answer() :
                    JsonAnswer.status(BAD_REQUEST, "the body of " + asked.method() +
                        " ends early, or its chunks are wrong: send it whole, with its Content-Length, or in chunks"));
            }
        });
    }

    private void work(
        final Exchange exchange, final Resource resource, final Resource.Operation operation, final JsonRequest asked) {
        if (resource.isQuick()) {
            exchange.send(answer(operation, asked));
            return;
        }
        final boolean submitted = workers.submit(exchange.peer(), () -> {
            if (exchange.connection.getEndPoint().isOpen()) {
                exchange.send(answer(operation, asked));
            } else {
                exchange.callback.failed(new IOException("the connection is gone"));
            }
        });
        if (!submitted) {
            exchange.send(JsonAnswer.status(UNAVAILABLE, "too many requests of " +
                exchange.peer().getHostAddress() + " wait for an answer: ask again in a second"));
        }
    }

    private static JsonAnswer answer(final Resource.Operation operation, final JsonRequest asked) {
        try {
            return operation.answer(asked);
        } catch (final RefusedException e) {
            return e.answer();
        } catch (final StackOverflowError e) {
            return JsonAnswer.status(BAD_REQUEST, asked.method() + ' ' + asked.path() +
                " is nested too deep: simplify what it says");
        } catch (final IOException | RuntimeException | InternalError | AssertionError e) {
            LOGGER.warn("{} {} failed", asked.method(), asked.path(), e);
            return JsonAnswer.status(INTERNAL_ERROR, e.toString());
        }
    }

    /** One request, and the way back to its client. */
    private final class Exchange {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final Connection connection;

        Exchange(
            final Request request, final Response response, final Callback callback, final Connection connection) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            this.connection = connection;
        }

        InetAddress peer() {
            return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress internet ?
                internet.getAddress() : InetAddress.getLoopbackAddress();
        }

        void send(final JsonAnswer answer) {
            if (guard.answering(connection, answer.json().capacity())) {
                write(answer);
            } else {
                write(JsonAnswer.status(UNAVAILABLE, "too many answers are on their way: ask again in a second"));
            }
        }

        private void write(final JsonAnswer answer) {
            response.setStatus(answer.code());
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, CONTENT_TYPE);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.json().remaining());
            answer.headers().forEach(response.getHeaders()::put);
            final Callback written = Callback.from(this::finish, callback::failed);
            if ("HEAD".equals(request.getMethod())) {
                response.write(true, null, written);
            } else {
                new AnswerWriter(response, answer.json(), written).iterate();
            }
        }

        private void finish() {
            guard.reading(connection);
            if (request.getHeaders().contains(HttpHeader.EXPECT)) {
                // Who was told before the body came does not send it.
                callback.succeeded();
            } else {
                new BodyDrain(request, callback).run();
            }
        }
    }
}
