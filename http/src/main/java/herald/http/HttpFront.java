package herald.http;

import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Jetty as a {@link JsonServer} needs it: one acceptor, one selector, no limits of its own but on lengths, and JSON for
 * what it refuses.
 */
final class HttpFront {
    private static final int MIN_THREADS = 3;
    private static final int MAX_THREADS = 8;
    private static final int THREAD_IDLE_MS = 30_000;
    private static final int BUFFER_LENGTH = 16 * 1024;
    private static final int MAX_UNREAD_CHUNKS = 64;
    private static final long POOLED_LENGTH = 4 * 1024 * 1024;
    private static final int CONNECTIONS_PER_WAITING = 4;
    private static final long MAX_SWEEP_INTERVAL_MS = 500;

    private final Server server;
    private final Scheduler scheduler;
    private final FairWorkers workers;
    private final ConnectionGuard guard;
    private final long sweepIntervalMs;

    /**
     * Builds the server; nobody is answered yet.
     *
     * @param name      of its threads.
     * @param channel   that listens already, and is closed with it.
     * @param hosts     that it is asked for.
     * @param resources in the order in which their paths are looked at.
     * @param limits    of its clients.
     * @param threads   for what takes long.
     * @throws IOException where the channel can't be used.
     */
    HttpFront(
        final String name, final ServerSocketChannel channel, final HostNames hosts, final List<Resource> resources,
        final HttpLimits limits, final int threads) throws IOException {
        final QueuedThreadPool pool = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MS);
        pool.setName(name);
        pool.setDaemon(true);
        pool.setReservedThreads(0);
        scheduler = new ScheduledExecutorScheduler(name + "-timer", true);
        guard = new ConnectionGuard(limits);
        sweepIntervalMs = Math.min(MAX_SWEEP_INTERVAL_MS, Math.max(1, limits.headerTimeout().toMillis() / 4));
        server = new Server(pool, scheduler,
            new ArrayByteBufferPool(0, -1, BUFFER_LENGTH, -1, POOLED_LENGTH, POOLED_LENGTH));
        server.setStopTimeout(0);
        server.setErrorHandler(new JsonErrors());
        final ServerConnector connector =
            new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
        connector.setIdleTimeout(0);
        connector.addBean(guard);
        connector.open(channel);
        server.addConnector(connector);
        workers = new FairWorkers(name + "-worker", threads, limits.connections() / CONNECTIONS_PER_WAITING);
        server.setHandler(new JsonHandler(resources, limits, hosts, guard, workers));
    }

    private static HttpConfiguration configuration() {
        final HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HttpLimits.MAX_HEADER_LENGTH);
        configuration.setIdleTimeout(0);
        configuration.setMaxUnconsumedRequestContentReads(MAX_UNREAD_CHUNKS);
        configuration.setHttpCompliance(HttpCompliance.RFC9110);
        // Paths are compared as they are, and refused or decoded here: nothing is normalised.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        return configuration;
    }

    /**
     * Begins to answer.
     *
     * @throws Exception where Jetty can't.
     */
    void start() throws Exception {
        server.start();
        sweep();
    }

    private void sweep() {
        guard.sweep();
        if (!server.isStopping() && !server.isStopped()) {
            scheduler.schedule(this::sweep, sweepIntervalMs, TimeUnit.MILLISECONDS);
        }
    }

    /** How many connections there are. */
    int connections() {
        return guard.connections();
    }

    /**
     * Closes all connections.
     *
     * @throws Exception where Jetty can't.
     */
    void stop() throws Exception {
        workers.close();
        server.stop();
    }
}
