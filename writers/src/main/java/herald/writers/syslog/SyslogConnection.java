package herald.writers.syslog;

import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A connection to a syslog receiver, which may be encrypted. Calls block; an interrupt of the thread ends them and the
 * connection. Owned by one thread.
 */
final class SyslogConnection implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SyslogConnection.class);
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int HANDSHAKE_TIMEOUT_MS = 10_000;
    private static final int LOOK_TIMEOUT_MS = 1;
    private static final int FINISH_TIMEOUT_MS = 500;
    private static final int SEND_BUFFER_LENGTH = 64 * 1024;
    private static final int BUFFER_LENGTH = 16 * 1024;
    private static final int KEEPALIVE_IDLE_S = 15;
    private static final int KEEPALIVE_INTERVAL_S = 5;
    private static final int KEEPALIVE_COUNT = 3;

    private final SocketChannel channel;
    private final Socket socket;
    private final OutputStream out;
    private final byte[] ignored = new byte[256];

    private SyslogConnection(final SocketChannel channel, final Socket socket) throws IOException {
        this.channel = channel;
        this.socket = socket;
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_LENGTH);
    }

    /**
     * Connects, and shakes hands where the connection is encrypted.
     *
     * @param address of the receiver.
     * @param host    that the receiver's certificate must name, if the settings name no other.
     * @param tls     null where the connection is not encrypted.
     * @return the connection.
     * @throws IOException saying why there is none.
     */
    static SyslogConnection open(final InetSocketAddress address, final String host, final TlsSettings tls)
        throws IOException {
        final SocketChannel channel = SocketChannel.open();
        boolean opened = false;
        try {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_LENGTH);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            keepAlive(channel);
            channel.socket().connect(address, CONNECT_TIMEOUT_MS);
            channel.socket().setSoTimeout(HANDSHAKE_TIMEOUT_MS);
            final SyslogConnection connection = new SyslogConnection(
                channel, tls == null ? channel.socket() : tls.shakeHands(channel.socket(), host, address.getPort()));
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                channel.close();
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

    void write(final byte[] bytes, final int offset, final int length) throws IOException {
        out.write(bytes, offset, length);
    }

    void write(final char ascii) throws IOException {
        out.write(ascii);
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Whether the receiver has hung up. What it says otherwise is read and ignored. */
    boolean isClosedByPeer() throws IOException {
        socket.setSoTimeout(LOOK_TIMEOUT_MS);
        try {
            return socket.getInputStream().read(ignored) < 0;
        } catch (final SocketTimeoutException e) {
            return false;
        }
    }

    /** Whether the other host has acknowledged every byte; taken for so where this system does not tell. */
    boolean isDrained() {
        return TcpQueue.unacknowledged(channel) <= 0;
    }

    /** Ends what is sent and waits a little for the receiver to end too, which it does once it has read all. */
    boolean finish() {
        try {
            out.flush();
            socket.setSoTimeout(FINISH_TIMEOUT_MS);
            socket.shutdownOutput();
            int read = 0;
            while (read >= 0) {
                read = socket.getInputStream().read(ignored);
            }
            return true;
        } catch (final IOException e) {
            LOGGER.debug("the receiver did not end the connection", e);
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException e) {
            LOGGER.debug("closing a connection", e);
        }
    }
}
