package herald.writers.syslog;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Asks Linux how much of what was sent over a connection the other host has not acknowledged: the {@code tx_queue} of
 * {@code /proc/net/tcp} and {@code tcp6} (proc(5)).
 */
final class TcpQueue {
    /** The system does not tell. */
    static final long UNKNOWN = -1;

    private static final Path[] TABLES = {Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6")};
    private static final int LOCAL_ADDRESS = 1;
    private static final int REMOTE_ADDRESS = 2;
    private static final int QUEUES = 4;
    private static final int HEX = 16;

    private TcpQueue() {
    }

    static long unacknowledged(final SocketChannel channel) {
        try {
            final InetSocketAddress local = (InetSocketAddress)channel.getLocalAddress();
            final InetSocketAddress remote = (InetSocketAddress)channel.getRemoteAddress();
            if (local == null || remote == null) {
                return UNKNOWN;
            }
            for (final Path table : TABLES) {
                final long queue = Files.exists(table) ? find(table, local, remote) : UNKNOWN;
                if (queue != UNKNOWN) {
                    return queue;
                }
            }
            return UNKNOWN;
        } catch (final IOException | NumberFormatException e) {
            return UNKNOWN;
        }
    }

    private static long find(final Path table, final InetSocketAddress local, final InetSocketAddress remote)
        throws IOException {
        final String localPort = port(local);
        final String remoteEnd = address(remote.getAddress()) + port(remote);
        try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final String[] fields = line.trim().split("\\s+", QUEUES + 2);
                if (fields.length > QUEUES && fields[LOCAL_ADDRESS].endsWith(localPort) &&
                    fields[REMOTE_ADDRESS].endsWith(remoteEnd)) {
                    return Long.parseLong(fields[QUEUES].substring(0, fields[QUEUES].indexOf(':')), HEX);
                }
            }
        }
        return UNKNOWN;
    }

    private static String port(final InetSocketAddress address) {
        return String.format(Locale.ROOT, ":%04X", address.getPort());
    }

    /** IPv4 addresses as the tables end with them: a word of the host's byte order. IPv6 connections go by ports. */
    private static String address(final InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            return "";
        }
        final byte[] bytes = address.getAddress();
        return String.format(Locale.ROOT, "%02X%02X%02X%02X", bytes[3], bytes[2], bytes[1], bytes[0]);
    }
}
