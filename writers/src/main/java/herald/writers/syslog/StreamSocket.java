package herald.writers.syslog;

import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection whose other side has a limited time to make progress: the kernel itself would wait a quarter of an
 * hour for a host that is gone, and for ever for one that does not read. An interrupt of the thread ends a wait. Owned
 * by one thread.
 */
final class StreamSocket implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(StreamSocket.class);
    private static final int SEND_BUFFER_LENGTH = 64 * 1024;
    private static final int KEEPALIVE_IDLE_S = 15;
    private static final int KEEPALIVE_INTERVAL_S = 5;
    private static final int KEEPALIVE_COUNT = 3;
    private static final int RESET = 0;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final TcpQueue queue;
    private final long silenceNs;
    private long written;

    private StreamSocket(final SocketChannel channel, final Selector selector, final long silenceNs)
        throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.silenceNs = silenceNs;
        this.key = channel.register(selector, 0);
        this.queue = new TcpQueue(
            (InetSocketAddress)channel.getLocalAddress(), (InetSocketAddress)channel.getRemoteAddress());
    }

    /**
     * Connects.
     *
     * @param address   of the other side.
     * @param timeoutNs to connect in.
     * @param silenceNs without progress after which a write fails.
     * @return the connection.
     * @throws IOException saying why there is none.
     */
    static StreamSocket connect(final InetSocketAddress address, final long timeoutNs, final long silenceNs)
        throws IOException {
        final SocketChannel channel = SocketChannel.open();
        Selector selector = null;
        boolean connected = false;
        try {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_LENGTH);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            keepAlive(channel);
            channel.configureBlocking(false);
            selector = Selector.open();
            if (!channel.connect(address)) {
                awaitConnected(channel, selector, timeoutNs);
            }
            final StreamSocket socket = new StreamSocket(channel, selector, silenceNs);
            connected = true;
            return socket;
        } finally {
            if (!connected) {
                close(channel, selector);
            }
        }
    }

    private static void awaitConnected(final SocketChannel channel, final Selector selector, final long timeoutNs)
        throws IOException {
        final SelectionKey connecting = channel.register(selector, SelectionKey.OP_CONNECT);
        final long deadlineNs = System.nanoTime() + timeoutNs;
        while (!channel.finishConnect()) {
            if (!await(selector, connecting, SelectionKey.OP_CONNECT, deadlineNs - System.nanoTime())) {
                throw new SocketTimeoutException(
                    "no connection within " + TimeUnit.NANOSECONDS.toSeconds(timeoutNs) + " s");
            }
        }
    }

    /** An idle receiver whose host is gone is noticed within half a minute. */
    private static void keepAlive(final SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        }
    }

    /** Waits until the channel may do something, or for a time; false where the time is over. */
    private static boolean await(
        final Selector selector, final SelectionKey key, final int operation, final long timeoutNs)
        throws IOException {
        if (timeoutNs <= 0) {
            return false;
        }
        key.interestOps(operation);
        selector.select(TimeUnit.NANOSECONDS.toMillis(timeoutNs) + 1);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
        return true;
    }

    /**
     * Hands bytes to the kernel, all of them.
     *
     * @param source of the bytes.
     * @throws IOException where the connection is broken, or the other side took nothing for too long.
     */
    void write(final ByteBuffer source) throws IOException {
        long progressNs = System.nanoTime();
        while (source.hasRemaining()) {
            final int count = channel.write(source);
            written += count;
            if (count > 0) {
                progressNs = System.nanoTime();
            } else if (!await(selector, key, SelectionKey.OP_WRITE, progressNs + silenceNs - System.nanoTime())) {
                throw new SocketTimeoutException(
                    "it took nothing for " + TimeUnit.NANOSECONDS.toSeconds(silenceNs) + " s");
            }
        }
    }

    /** How many bytes were handed to the kernel so far. */
    long written() {
        return written;
    }

    /** What the kernel says of the bytes that the other host has not acknowledged. */
    long unacknowledged() {
        return queue.unacknowledged();
    }

    /**
     * Reads what has come, without a wait.
     *
     * @param target of the bytes.
     * @return how many; 0 where nothing is there; -1 where the other side has ended what it sends.
     * @throws IOException where the connection is broken.
     */
    int read(final ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** Waits until something has come, or for a time; false where the time is over. */
    boolean awaitReadable(final long timeoutNs) throws IOException {
        return await(selector, key, SelectionKey.OP_READ, timeoutNs);
    }

    /**
     * Whether the connection is broken, also where the other side has ended what it sends: reads say nothing of it
     * then. A key that waits for a connection that there is already is selected for an error or a hang-up alone.
     */
    boolean isBroken() throws IOException {
        key.interestOps(SelectionKey.OP_CONNECT);
        final boolean broken = selector.selectNow() > 0;
        selector.selectedKeys().clear();
        return broken;
    }

    /** Ends what is sent. */
    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Closes the connection, and sends nothing more of what the kernel still has. */
    void abort() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, RESET);
        } catch (final IOException e) {
            LOGGER.debug("a connection that is closed already", e);
        }
        close();
    }

    @Override
    public void close() {
        close(channel, selector);
    }

    private static void close(final SocketChannel channel, final Selector selector) {
        try {
            channel.close();
            if (selector != null) {
                selector.close();
            }
        } catch (final IOException e) {
            LOGGER.debug("closing a connection", e);
        }
    }
}
