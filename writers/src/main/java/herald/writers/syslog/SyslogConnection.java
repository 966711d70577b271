package herald.writers.syslog;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a syslog receiver, which may be encrypted. Calls block, for a limited time; an interrupt of the
 * thread ends them. Owned by one thread.
 */
final class SyslogConnection implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SyslogConnection.class);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long HANDSHAKE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long FINISH_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long ASK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int BUFFER_LENGTH = 16 * 1024;
    private static final int IGNORED_LENGTH = 4 * 1024;
    private static final int MOST_READS = 16;

    private final StreamSocket socket;
    private final TlsSession tls;
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER_LENGTH);
    private final ByteBuffer ignored = ByteBuffer.allocate(IGNORED_LENGTH);
    private boolean endedByPeer;

    private SyslogConnection(final StreamSocket socket, final TlsSession tls) {
        this.socket = socket;
        this.tls = tls;
    }

    /**
     * Connects, and shakes hands where the connection is encrypted.
     *
     * @param address   of the receiver.
     * @param host      that the receiver's certificate must name, if the settings name no other.
     * @param tls       null where the connection is not encrypted.
     * @param silenceNs for which the receiver may take nothing.
     * @return the connection.
     * @throws IOException saying why there is none.
     */
    static SyslogConnection open(
        final InetSocketAddress address, final String host, final TlsSettings tls, final long silenceNs)
        throws IOException {
        final StreamSocket socket = StreamSocket.connect(address, CONNECT_TIMEOUT_NS, silenceNs);
        boolean opened = false;
        try {
            final SyslogConnection connection = new SyslogConnection(socket, tls == null ? null :
                TlsSession.begin(socket, tls.engine(host, address.getPort()), HANDSHAKE_TIMEOUT_NS));
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                socket.close();
            }
        }
    }

    void write(final byte[] bytes, final int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (!out.hasRemaining()) {
                flush();
            }
            final int count = Math.min(out.remaining(), length - done);
            out.put(bytes, done, count);
            done += count;
        }
    }

    void flush() throws IOException {
        out.flip();
        try {
            if (tls == null) {
                socket.write(out);
            } else {
                tls.write(out);
            }
        } finally {
            out.clear();
        }
    }

    /** How many bytes were handed to the kernel so far, as they are on the wire. */
    long written() {
        return socket.written();
    }

    /** How many of these the other host has not acknowledged: {@link TcpQueue#unacknowledged()}. */
    long unacknowledged() {
        return socket.unacknowledged();
    }

    /** Whether the receiver has ended what it sends. What it says otherwise is read and ignored. */
    boolean isEndedByPeer() throws IOException {
        for (int i = 0; i < MOST_READS && !endedByPeer; i++) {
            final int count = read();
            if (count == 0) {
                break;
            }
            endedByPeer = count < 0;
        }
        return endedByPeer;
    }

    /** Whether the receiver has closed the connection, also after it had ended what it sends. */
    boolean isBroken() throws IOException {
        return socket.isBroken();
    }

    private int read() throws IOException {
        return tls == null ? socket.read(ignored.clear()) : tls.read();
    }

    /**
     * Ends what is sent and waits a little for the receiver to end too, which it does once it has read all. The kernel
     * of one that closed with something unread resets the connection instead, as it does where something comes later.
     * So the end proves that all was read where all had been acknowledged before, and the receiver had not ended yet.
     */
    boolean finish() {
        try {
            final long deadlineNs = System.nanoTime() + FINISH_TIMEOUT_NS;
            flush();
            if (!awaitAcknowledged(deadlineNs) || isEndedByPeer()) {
                return false;
            }
            if (tls != null) {
                tls.end();
            }
            socket.shutdownOutput();
            return awaitEnd(deadlineNs);
        } catch (final IOException e) {
            LOGGER.debug("the receiver did not end the connection", e);
            return false;
        }
    }

    private boolean awaitAcknowledged(final long deadlineNs) throws IOException {
        long queue = unacknowledged();
        while (queue > 0 && System.nanoTime() - deadlineNs < 0) {
            socket.awaitReadable(ASK_AGAIN_NS);
            queue = unacknowledged();
        }
        return queue == 0 || queue == TcpQueue.NOT_TOLD;
    }

    /** Where the connection is encrypted, the end of the session comes before that of the connection. */
    private boolean awaitEnd(final long deadlineNs) throws IOException {
        boolean ended = isEndedByPeer();
        while (!ended || (tls != null && socket.read(ignored.clear()) >= 0)) {
            if (!socket.awaitReadable(deadlineNs - System.nanoTime())) {
                return false;
            }
            ended = isEndedByPeer();
        }
        return true;
    }

    /** Closes the connection; what the receiver's host has not got yet it does not get any more. */
    void abort() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.close();
    }
}
