package herald.writers.syslog;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * TLS over a connection, as this side of it. Owned by one thread.
 */
final class TlsSession {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StreamSocket socket;
    private final SSLEngine engine;
    /** Encrypted, to be read from. */
    private ByteBuffer received;
    /** Encrypted, empty between calls. */
    private ByteBuffer sending;
    private ByteBuffer ignored;

    private TlsSession(final StreamSocket socket, final SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
        this.received = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).flip();
        this.sending = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.ignored = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /**
     * Shakes hands.
     *
     * @param socket    that is connected.
     * @param engine    of a client.
     * @param timeoutNs to shake hands in.
     * @return the session, whose receiver has proven its name.
     * @throws IOException saying why it is refused.
     */
    static TlsSession begin(final StreamSocket socket, final SSLEngine engine, final long timeoutNs)
        throws IOException {
        final TlsSession session = new TlsSession(socket, engine);
        try {
            session.shakeHands(System.nanoTime() + timeoutNs, timeoutNs);
            return session;
        } catch (final SSLException e) {
            session.sayWhy();
            throw new IOException("TLS refused: " + innermost(e), e);
        }
    }

    private static String innermost(final Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    private void shakeHands(final long deadlineNs, final long timeoutNs) throws IOException {
        engine.beginHandshake();
        while (isShakingHands()) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> wrap(NOTHING);
                default -> {
                    final int read = read();
                    if (read < 0) {
                        throw new EOFException("it closed the connection during the TLS handshake");
                    }
                    if (read == 0 && !socket.awaitReadable(deadlineNs - System.nanoTime())) {
                        throw new SocketTimeoutException(
                            "no TLS handshake within " + TimeUnit.NANOSECONDS.toSeconds(timeoutNs) + " s");
                    }
                }
            }
        }
    }

    private boolean isShakingHands() {
        final SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
        return status != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING &&
            status != SSLEngineResult.HandshakeStatus.FINISHED;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** The alert that the engine has ready for the receiver. */
    private void sayWhy() {
        try {
            end();
        } catch (final IOException e) {
            // The connection is given up in any case.
        }
    }

    /**
     * Encrypts bytes and hands them to the kernel.
     *
     * @param source of the bytes.
     * @throws IOException where the session is over or the connection broken.
     */
    void write(final ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            if (wrap(source) == SSLEngineResult.Status.CLOSED) {
                throw new IOException("it ended the TLS session");
            }
        }
    }

    private SSLEngineResult.Status wrap(final ByteBuffer source) throws IOException {
        while (true) {
            sending.clear();
            final SSLEngineResult.Status status = engine.wrap(source, sending).getStatus();
            if (status != SSLEngineResult.Status.BUFFER_OVERFLOW) {
                socket.write(sending.flip());
                return status;
            }
            sending = ByteBuffer.allocate(
                Math.max(2 * sending.capacity(), engine.getSession().getPacketBufferSize()));
        }
    }

    /**
     * Takes what has come, without a wait; what the receiver says is ignored.
     *
     * @return 1 where something came, 0 where nothing is there, -1 where the receiver has ended what it sends.
     * @throws IOException where the session or the connection is broken.
     */
    int read() throws IOException {
        while (true) {
            final SSLEngineResult.Status status = received.hasRemaining() ?
                engine.unwrap(received, ignored.clear()).getStatus() : SSLEngineResult.Status.BUFFER_UNDERFLOW;
            switch (status) {
                case OK -> {
                    answer();
                    return 1;
                }
                case CLOSED -> {
                    return -1;
                }
                case BUFFER_OVERFLOW -> ignored = ByteBuffer.allocate(2 * ignored.capacity());
                case BUFFER_UNDERFLOW -> {
                    final int count = receive();
                    if (count <= 0) {
                        return count;
                    }
                }
            }
        }
    }

    private int receive() throws IOException {
        if (received.remaining() == received.capacity()) {
            received = ByteBuffer.allocate(2 * received.capacity()).put(received);
        } else {
            received.compact();
        }
        try {
            return socket.read(received);
        } finally {
            received.flip();
        }
    }

    /** New keys, for example, want an answer. Handshakes answer by themselves. */
    private void answer() throws IOException {
        runTasks();
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
        }
    }

    /** Tells the receiver that nothing more is sent. */
    void end() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone() && wrap(NOTHING) != SSLEngineResult.Status.CLOSED) {
            runTasks();
        }
    }
}
