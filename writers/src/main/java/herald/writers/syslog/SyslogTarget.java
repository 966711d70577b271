package herald.writers.syslog;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A syslog server: how, where and on which port it is reached.
 *
 * @param protocol that carries the messages.
 * @param host     name or address; IPv6 addresses without brackets.
 * @param port     1 to 65,535.
 */
public record SyslogTarget(Protocol protocol, String host, int port) {
    /** What carries messages, and the port where receivers of it listen by default. */
    public enum Protocol {
        /** A datagram a message: RFC 5426. */
        UDP(514),
        /** A connection without encryption: RFC 6587. */
        TCP(601),
        /** A connection over TLS: RFC 5425. */
        TLS(6514);

        private final int defaultPort;

        Protocol(final int defaultPort) {
            this.defaultPort = defaultPort;
        }

        /**
         * Where receivers listen by default: RFC 5426, section 3.3; RFC 3195, section 9.2; RFC 5425, section 4.1.
         *
         * @return the port.
         */
        public int defaultPort() {
            return defaultPort;
        }
    }

    private static final int MAX_PORT = 65_535;
    private static final String HOST = "\\[([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|([^:/\\[\\]@?#\\s]+)";
    private static final Pattern URI = Pattern.compile("(udp|tcp|tls)://(?:" + HOST + ")(?::(\\d{1,9}))?/?");
    private static final Pattern TRANSPORT = Pattern.compile("([A-Za-z]+)/(\\d{1,9})");
    private static final Pattern DESTINATION =
        Pattern.compile("([^:/\\[\\]@?#\\s]+)|\\[?([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]?");

    /**
     * Reads a target.
     *
     * @param text {@code udp://HOST:PORT}, {@code tcp://…} or {@code tls://…}; the port may be left out.
     * @return the target.
     * @throws IllegalArgumentException naming what is wrong and what would be right.
     */
    public static SyslogTarget parse(final String text) {
        final Matcher matcher = URI.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("target \"" + text + "\" is not udp://HOST:PORT, tcp://HOST:PORT or " +
                "tls://HOST:PORT: write for example tls://logs.example.com:6514 or udp://[::1]:514");
        }
        final Protocol protocol = Protocol.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
        final String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        return new SyslogTarget(protocol, host,
            matcher.group(4) == null ? protocol.defaultPort : port(matcher.group(4), text));
    }

    /**
     * Reads a target whose parts are said apart.
     *
     * @param destination name or address of the host.
     * @param transport   {@code UDP/514}, {@code TCP/6514}, {@code TLS/6514}, in letters of either case.
     * @return the target.
     * @throws IllegalArgumentException naming what is wrong and what would be right.
     */
    public static SyslogTarget of(final String destination, final String transport) {
        final Matcher host = DESTINATION.matcher(destination);
        if (!host.matches()) {
            throw new IllegalArgumentException("destination \"" + destination + "\" is no name or address of a host: " +
                "write for example logs.example.com, 10.0.0.1 or fd00::1, and the port in the transport");
        }
        final Matcher matcher = TRANSPORT.matcher(transport);
        final String protocol = matcher.matches() ? matcher.group(1).toUpperCase(Locale.ROOT) : "";
        if (!protocol.equals("UDP") && !protocol.equals("TCP") && !protocol.equals("TLS")) {
            throw new IllegalArgumentException("transport \"" + transport + "\" is not PROTOCOL/PORT: write UDP/514, " +
                "TCP/6514 or TLS/6514");
        }
        return new SyslogTarget(Protocol.valueOf(protocol), host.group(1) == null ? host.group(2) : host.group(1),
            port(matcher.group(2), transport));
    }

    private static int port(final String digits, final String text) {
        final int port = Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " of \"" + text + "\" is not from 1 to " + MAX_PORT);
        }
        return port;
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return protocol.name().toLowerCase(Locale.ROOT) + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" +
            port;
    }
}
