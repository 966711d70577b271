package herald.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/**
 * Answers JSON over HTTP/1.1. It listens at once; what answers is loaded beside whatever its owner goes on with,
 * and clients that come earlier wait in the backlog for these tenths of a second.
 */
public final class JsonServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JsonServer.class);
    private static final int BACKLOG = 128;

    private final Settings settings;
    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private HttpFront front;
    private boolean closed;

    /**
     * What a server is.
     *
     * @param name    of its threads.
     * @param host    that it listens on, by name or address.
     * @param port    0 for any that is free.
     * @param threads for what is not {@link Resource#quick()}.
     * @param limits  of its clients.
     */
    public record Settings(String name, String host, int port, int threads, HttpLimits limits) {
    }

    private JsonServer(final Settings settings, final ServerSocketChannel channel) throws IOException {
        this.settings = settings;
        this.channel = channel;
        this.address = (InetSocketAddress)channel.getLocalAddress();
    }

    /**
     * Starts to listen.
     *
     * @param settings of the server.
     * @return the server, which answers after {@link #answer}.
     * @throws IOException where the host is not known, or the address is taken: names it.
     */
    public static JsonServer listen(final Settings settings) throws IOException {
        final InetSocketAddress wanted = new InetSocketAddress(resolve(settings), settings.port());
        final ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(wanted, BACKLOG);
            return new JsonServer(settings, channel);
        } catch (final IOException e) {
            channel.close();
            throw new IOException("cannot listen on " + shown(wanted) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Begins to answer, in a moment and by threads of its own. Called once.
     *
     * @param resources that the server has; the first whose path fits answers.
     * @return this.
     */
    public JsonServer answer(final List<Resource> resources) {
        final Thread starter = new Thread(() -> start(List.copyOf(resources)), settings.name() + "-start");
        starter.setDaemon(true);
        starter.start();
        return this;
    }

    private static InetAddress resolve(final Settings settings) throws IOException {
        try {
            return InetAddress.getByName(settings.host());
        } catch (final UnknownHostException e) {
            throw new IOException("cannot listen on " + settings.host() + ":" + settings.port() +
                ": the host is not known", e);
        }
    }

    private synchronized void start(final List<Resource> resources) {
        if (closed) {
            return;
        }
        try {
            front = new HttpFront(settings.name(), channel, new HostNames(settings.host(), address), resources,
                settings.limits(), settings.threads());
            front.start();
        } catch (final Exception e) {
            LOGGER.error("nobody is answered on {}: stop this process and start it again", shown(address), e);
        }
    }

    /**
     * Where it listens.
     *
     * @return address and port.
     */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * An address as people write it.
     *
     * @param address that is resolved.
     * @return HOST:PORT, with IPv6 addresses in brackets.
     */
    public static String shown(final InetSocketAddress address) {
        final String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** How many connections there are at the moment. */
    synchronized int connections() {
        return front == null ? 0 : front.connections();
    }

    /** Closes all connections. Nobody is answered any more. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (front != null) {
                front.stop();
            }
            channel.close();
        } catch (final Exception e) {
            LOGGER.warn("the server on {} did not stop in order", shown(address), e);
        }
    }
}
