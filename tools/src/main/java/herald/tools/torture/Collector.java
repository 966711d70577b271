package herald.tools.torture;

import org.agrona.CloseHelper;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The far end of a writer: takes deliveries, answers them, and misbehaves on request. One thread serves one connection
 * after the other, each to its end, so that deliveries stand in the order in which the writer sent them.
 */
final class Collector implements AutoCloseable {
    private static final int BACKLOG = 8;

    private final List<Connection> connections = new ArrayList<>();
    private final int port;
    private final Thread thread;
    private ServerSocket server;
    private Socket socket;
    private int era;
    private boolean stalled;
    private boolean refusing;
    private boolean closed;

    /**
     * What came over one connection.
     *
     * @param deliveries in their order.
     */
    record Connection(List<Delivery> deliveries) {
    }

    /**
     * How much had come at some time.
     *
     * @param connections how many, the last one included.
     * @param deliveries  over the last one.
     */
    record Mark(int connections, int deliveries) {
    }

    /**
     * A collector that listens on a free port below those that the system gives to whoever connects: there it is free
     * again after a refusal, and no writer that connects to it can be given it and meet itself.
     *
     * @param name of its thread.
     * @throws IOException where it can't listen.
     */
    Collector(final String name) throws IOException {
        server = FreePorts.open(Collector::listen);
        port = server.getLocalPort();
        thread = new Thread(this::serve, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static ServerSocket listen(final int port) throws IOException {
        final ServerSocket listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            return listening;
        } catch (final IOException e) {
            listening.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    private void serve() {
        while (awaitServing()) {
            final int now = era();
            try (Socket accepted = server().accept()) {
                if (begin(accepted, now)) {
                    answer(accepted, now);
                }
            } catch (final IOException e) {
                // Reset by the writer's end, or by a fault: the next connection tells.
            }
        }
    }

    private synchronized boolean awaitServing() {
        try {
            while (refusing && !closed) {
                wait();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !closed;
    }

    private synchronized ServerSocket server() {
        return server;
    }

    private synchronized int era() {
        return era;
    }

    private synchronized boolean begin(final Socket accepted, final int eraThen) {
        if (eraThen != era) {
            return false;
        }
        socket = accepted;
        connections.add(new Connection(new ArrayList<>()));
        return !closed && !refusing;
    }

    private void answer(final Socket accepted, final int eraThen) throws IOException {
        // Else each second answer waits for the writer's delayed acknowledgement, 40 ms.
        accepted.setTcpNoDelay(true);
        final BufferedReader lines = new BufferedReader(
            new InputStreamReader(accepted.getInputStream(), StandardCharsets.US_ASCII));
        final BufferedWriter answers = new BufferedWriter(
            new OutputStreamWriter(accepted.getOutputStream(), StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            final Delivery delivery = Delivery.parse(line);
            if (delivery == null || !take(delivery, eraThen)) {
                return;
            }
            answers.write(line + '\n');
            answers.flush();
        }
    }

    private synchronized boolean take(final Delivery delivery, final int eraThen) {
        try {
            while (stalled && !closed && eraThen == era) {
                wait();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        if (eraThen != era) {
            return false;
        }
        connections.get(connections.size() - 1).deliveries().add(delivery);
        return !closed;
    }

    /** Neither reads nor answers from here on. */
    synchronized void stall() {
        stalled = true;
    }

    /** Resets the connection that there is. */
    synchronized void reset() {
        if (socket != null) {
            try {
                socket.setSoLinger(true, 0);
            } catch (final IOException e) {
                // It is closed already.
            }
            CloseHelper.quietClose(socket);
        }
    }

    /** Resets the connection and refuses others from here on. */
    synchronized void refuse() {
        refusing = true;
        CloseHelper.quietClose(server);
        reset();
    }

    /**
     * Behaves again.
     *
     * @throws IOException where its port is taken meanwhile.
     */
    synchronized void heal() throws IOException {
        stalled = false;
        if (refusing) {
            server = FreePorts.again(port, Collector::listen);
            refusing = false;
        }
        notifyAll();
    }

    /** How much has come so far. */
    synchronized Mark mark() {
        final int count = connections.size();
        return new Mark(count, count == 0 ? 0 : connections.get(count - 1).deliveries().size());
    }

    /**
     * Forgets what came since, and lets nothing more of it come. Whoever sent it has ended.
     *
     * @param mark how much is kept.
     * @return all that had come.
     * @throws IOException where the port is taken meanwhile.
     */
    synchronized List<Connection> rollBack(final Mark mark) throws IOException {
        final List<Connection> all = connections();
        final boolean wasRefusing = refusing;
        refuse();
        era++;
        connections.subList(mark.connections(), connections.size()).clear();
        if (mark.connections() > 0) {
            final List<Delivery> last = connections.get(mark.connections() - 1).deliveries();
            last.subList(mark.deliveries(), last.size()).clear();
        }
        if (!wasRefusing) {
            server = FreePorts.again(port, Collector::listen);
            refusing = false;
        }
        notifyAll();
        return all;
    }

    /** What came so far. */
    synchronized List<Connection> connections() {
        final List<Connection> copy = new ArrayList<>();
        connections.forEach(connection -> copy.add(new Connection(List.copyOf(connection.deliveries()))));
        return copy;
    }

    /** The delivery that came last; null before the first one. */
    synchronized Delivery last() {
        for (int i = connections.size() - 1; i >= 0; i--) {
            final List<Delivery> deliveries = connections.get(i).deliveries();
            if (!deliveries.isEmpty()) {
                return deliveries.get(deliveries.size() - 1);
            }
        }
        return null;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            CloseHelper.quietClose(server);
            reset();
            notifyAll();
        }
        thread.interrupt();
    }
}
