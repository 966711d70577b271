package herald.tools.torture;

import org.agrona.CloseHelper;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A syslog receiver over TCP, the far end of a {@code syslog} writer: it takes messages, answers nothing, and vanishes,
 * refuses and half closes on request. A thread for each connection: one whose writer is gone without a word never ends.
 */
final class SyslogCollector implements AutoCloseable {
    /** The name of its writer. */
    static final String WRITER = "syslog";
    /** A half close: it ends what it sends, and reads on, over each connection until it is healed. */
    static final int ENDS_SENDING = 0;
    /** A half close: it reads no more from the connection that there is, and resets it in the end. */
    static final int ENDS_RECEIVING = 1;

    private static final int BACKLOG = 8;
    private static final int MOST_DIGITS = 6;
    private static final int DECIMAL = 10;

    private final VanishingAddress address;
    private final int port;
    private final Thread thread = new Thread(this::serve, "torture-syslog");
    private final List<List<SyslogDelivery>> connections = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private ServerSocket server;
    private SyslogDelivery last;
    private String trouble;
    private boolean endsSending;
    private boolean refusing;
    private boolean accepting;
    private boolean closed;

    /**
     * A receiver that listens.
     *
     * @param address where it does.
     * @throws IOException where it can't.
     */
    SyslogCollector(final VanishingAddress address) throws IOException {
        this.address = address;
        server = FreePorts.open(this::listen);
        port = server.getLocalPort();
        thread.setDaemon(true);
        thread.start();
    }

    private ServerSocket listen(final int wanted) throws IOException {
        final ServerSocket listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(new InetSocketAddress(address.inet(), wanted), BACKLOG);
            return listening;
        } catch (final IOException e) {
            listening.close();
            throw e;
        }
    }

    /** What a writer's specification says. */
    String target() {
        return "tcp://" + address.text() + ':' + port;
    }

    private void serve() {
        for (ServerSocket current = serving(); current != null; current = serving()) {
            try {
                begin(current.accept());
            } catch (final IOException e) {
                // It refuses now, or the connection was over before it began.
            }
        }
    }

    private synchronized ServerSocket serving() {
        accepting = false;
        notifyAll();
        try {
            while (refusing && !closed) {
                wait();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        accepting = !closed;
        return closed ? null : server;
    }

    private synchronized void begin(final Socket accepted) throws IOException {
        if (closed || refusing) {
            accepted.close();
            return;
        }
        final List<SyslogDelivery> deliveries = new ArrayList<>();
        connections.add(deliveries);
        sockets.add(accepted);
        if (endsSending) {
            accepted.shutdownOutput();
        }
        final Thread reader = new Thread(() -> read(accepted, deliveries), "torture-syslog-" + connections.size());
        reader.setDaemon(true);
        reader.start();
    }

    private void read(final Socket accepted, final List<SyslogDelivery> deliveries) {
        try {
            final InputStream in = new BufferedInputStream(accepted.getInputStream());
            for (byte[] message = message(in); message != null; message = message(in)) {
                take(accepted, SyslogDelivery.parse(message), deliveries);
            }
            end(accepted);
        } catch (final IOException e) {
            // Reset by the writer's end, or by a fault.
            CloseHelper.quietClose(accepted);
        } catch (final RuntimeException e) {
            complain(e);
        }
    }

    /** One message behind its length; null at the end, or where the last one is cut off. */
    private static byte[] message(final InputStream in) throws IOException {
        int length = 0;
        int digits = 0;
        for (int b = in.read(); b != ' '; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b < '0' || b > '9' || digits++ == MOST_DIGITS) {
                throw new IllegalArgumentException("no length where a message begins: byte " + b);
            }
            length = length * DECIMAL + b - '0';
        }
        final byte[] message = in.readNBytes(length);
        return message.length < length ? null : message;
    }

    /** What comes between a half close and the thread that hears of it is not read any more. */
    private synchronized void take(
        final Socket accepted, final SyslogDelivery delivery, final List<SyslogDelivery> deliveries) {
        if (!accepted.isInputShutdown()) {
            deliveries.add(delivery);
            last = delivery;
        }
    }

    /** The end of what is read: the writer's, unless a half close made it. */
    private synchronized void end(final Socket accepted) throws IOException {
        if (!accepted.isInputShutdown()) {
            accepted.close();
        }
    }

    private synchronized void complain(final RuntimeException e) {
        trouble = trouble == null ? e.getMessage() : trouble;
    }

    /** Packets get lost from here on. */
    void vanish() throws IOException, InterruptedException {
        address.vanish();
    }

    /** Resets all connections and refuses others from here on. */
    synchronized void refuse() throws InterruptedException {
        refusing = true;
        CloseHelper.quietClose(server);
        // The kernel listens for as long as somebody waits for a connection.
        while (accepting) {
            wait();
        }
        sockets.forEach(SyslogCollector::reset);
        sockets.clear();
    }

    /**
     * Ends one direction of the connections that there are.
     *
     * @param way        {@link #ENDS_SENDING} or {@link #ENDS_RECEIVING}.
     * @param durationMs after which what was not received is given up.
     */
    synchronized void halfClose(final int way, final long durationMs) {
        endsSending |= way == ENDS_SENDING;
        for (final Socket socket : sockets) {
            try {
                if (way == ENDS_SENDING) {
                    socket.shutdownOutput();
                } else {
                    socket.shutdownInput();
                }
            } catch (final IOException e) {
                // It is closed already.
            }
        }
        if (way == ENDS_RECEIVING) {
            resetLater(List.copyOf(sockets), durationMs);
        }
    }

    /**
     * What arrives unread counts as delivered after the writer's window: the reset must come before that, whatever the
     * injector of faults waits for meanwhile.
     */
    private static void resetLater(final List<Socket> deaf, final long durationMs) {
        final Thread timer = new Thread(() -> {
            final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs);
            for (long leftNs = endNs - System.nanoTime(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
                LockSupport.parkNanos(leftNs);
            }
            deaf.forEach(SyslogCollector::reset);
        }, "torture-syslog-reset");
        timer.setDaemon(true);
        timer.start();
    }

    private static void reset(final Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (final IOException e) {
            // It is closed already.
        }
        CloseHelper.quietClose(socket);
    }

    /**
     * Behaves again.
     *
     * @throws IOException where its port is taken meanwhile.
     */
    void heal() throws IOException, InterruptedException {
        address.comeBack();
        synchronized (this) {
            endsSending = false;
            if (refusing) {
                server = FreePorts.again(port, this::listen);
                refusing = false;
            }
            notifyAll();
        }
    }

    /** What came over each connection, in the order in which they began. */
    synchronized List<List<SyslogDelivery>> connections() {
        return connections.stream().map(List::copyOf).toList();
    }

    /** What came last; null before the first message. */
    synchronized SyslogDelivery last() {
        return last;
    }

    /** What came that is no message of Herald's; null where all were. */
    synchronized String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            CloseHelper.quietClose(server);
            sockets.forEach(SyslogCollector::reset);
            notifyAll();
        }
        thread.interrupt();
        address.close();
    }
}
