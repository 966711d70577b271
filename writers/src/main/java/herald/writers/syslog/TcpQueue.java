package herald.writers.syslog;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Asks Linux how much of what was sent over a connection the other host has not acknowledged: the {@code tx_queue} of
 * {@code /proc/net/tcp} and {@code tcp6} (proc(5)). These have a line for each socket of the host, so that an answer
 * takes the longer the more there are: a tenth of a second for some ten thousand. Owned by one thread.
 */
final class TcpQueue {
    /** The system does not tell of any connection. */
    static final long NOT_TOLD = -1;
    /** The system does not have this connection: it is broken, or over for long. */
    static final long GONE = -2;

    private static final Path TABLE = Path.of("/proc/net/tcp");
    /** Where Java's sockets are, those to IPv4 addresses too, unless it was told to prefer IPv4. */
    private static final Path TABLE_6 = Path.of("/proc/net/tcp6");
    private static final int IPV6_LENGTH = 16;
    private static final int MAPPED_MARK = 10;
    private static final int HEX = 16;
    /** A state in hexadecimal and the blank behind it. */
    private static final int STATE_LENGTH = 3;
    private static final int QUEUE_LENGTH = 8;

    private final String ends;
    private final String mappedEnds;

    TcpQueue(final InetSocketAddress local, final InetSocketAddress remote) {
        ends = " " + text(local, false) + ' ' + text(remote, false) + ' ';
        mappedEnds = " " + text(local, true) + ' ' + text(remote, true) + ' ';
    }

    /** Words of an address in the host's byte order, then the port. */
    private static String text(final InetSocketAddress end, final boolean mapped) {
        final byte[] address = end.getAddress().getAddress();
        final ByteBuffer bytes =
            ByteBuffer.wrap(mapped ? mapped(address) : address).order(ByteOrder.nativeOrder());
        final StringBuilder out = new StringBuilder();
        while (bytes.hasRemaining()) {
            out.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return out.append(String.format(Locale.ROOT, ":%04X", end.getPort())).toString();
    }

    /** An IPv4 address as a socket of IPv6 has it: RFC 4291, section 2.5.5.2. */
    private static byte[] mapped(final byte[] address) {
        if (address.length == IPV6_LENGTH) {
            return address;
        }
        final byte[] mapped = new byte[IPV6_LENGTH];
        mapped[MAPPED_MARK] = (byte)0xFF;
        mapped[MAPPED_MARK + 1] = (byte)0xFF;
        System.arraycopy(address, 0, mapped, MAPPED_MARK + 2, address.length);
        return mapped;
    }

    /**
     * Asks.
     *
     * @return bytes, or one of the constants.
     */
    long unacknowledged() {
        final long queue = find(TABLE_6);
        if (queue >= 0) {
            return queue;
        }
        final long other = find(TABLE);
        return other >= 0 ? other : Math.min(queue, other);
    }

    private long find(final Path table) {
        try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final long queue = queueIn(line);
                if (queue >= 0) {
                    return queue;
                }
            }
            return GONE;
        } catch (final IOException | RuntimeException e) {
            return NOT_TOLD;
        }
    }

    private long queueIn(final String line) {
        int at = line.indexOf(ends);
        int length = ends.length();
        if (at < 0) {
            at = line.indexOf(mappedEnds);
            length = mappedEnds.length();
        }
        if (at < 0) {
            return GONE;
        }
        final int start = at + length + STATE_LENGTH;
        return Long.parseLong(line.substring(start, start + QUEUE_LENGTH), HEX);
    }
}
