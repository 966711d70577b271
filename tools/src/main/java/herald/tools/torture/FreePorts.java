package herald.tools.torture;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Ports below those that the system gives to whoever wants any, so that one stays free while nobody listens there.
 */
final class FreePorts {
    private static final int MIN_PORT = 20_000;
    private static final int MAX_PORT = 32_000;
    private static final int MAX_ATTEMPTS = 100;
    private static final long AGAIN_TIMEOUT_NS = 10_000_000_000L;
    private static final long AGAIN_PARK_NS = 1_000_000;

    /** Opens something at a port, or fails where it is taken. */
    @FunctionalInterface
    interface Opening<T> {
        /**
         * Opens it.
         *
         * @param port to be tried.
         * @return what is open.
         * @throws IOException where the port is taken.
         */
        T at(int port) throws IOException;
    }

    private FreePorts() {
    }

    /**
     * Opens something at a free port.
     *
     * @param opening tried with one port after the other.
     * @param <T>     what it opens.
     * @return what is open.
     * @throws IOException where none of many ports is free.
     */
    static <T> T open(final Opening<T> opening) throws IOException {
        IOException failure = null;
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            try {
                return opening.at(ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT));
            } catch (final IOException e) {
                failure = e;
            }
        }
        throw new IOException("no free port from " + MIN_PORT + " to " + MAX_PORT, failure);
    }

    /**
     * Opens something at a port where it was before: the kernel keeps a closed port until the thread that waits there
     * has left its call.
     *
     * @param port    of it.
     * @param opening to be tried.
     * @param <T>     what it opens.
     * @return what is open.
     * @throws IOException where the port is taken by others.
     */
    static <T> T again(final int port, final Opening<T> opening) throws IOException {
        final long deadlineNs = System.nanoTime() + AGAIN_TIMEOUT_NS;
        while (true) {
            try {
                return opening.at(port);
            } catch (final BindException e) {
                if (System.nanoTime() - deadlineNs >= 0) {
                    throw new IOException("port " + port + " was taken while a collector refused connections", e);
                }
                LockSupport.parkNanos(AGAIN_PARK_NS);
            }
        }
    }

    /** A UDP port that is free now. */
    static int udp() throws IOException {
        try (DatagramSocket probe = open(DatagramSocket::new)) {
            return probe.getLocalPort();
        }
    }

    /** A TCP port of loopback that is free now. */
    static int tcp() throws IOException {
        try (ServerSocket probe = open(port -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()))) {
            return probe.getLocalPort();
        }
    }
}
