package herald.link;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Addresses of this host: the one from which the route to another host starts, and whether one can be listened on.
 * Nothing is sent.
 */
public final class LocalAddress {
    private LocalAddress() {
    }

    /**
     * The address from which the route to another host starts.
     *
     * @param destination of the route; its name is resolved.
     * @return in digits, IPv6 in brackets.
     * @throws IOException where the name is unknown or there is no route.
     */
    public static String towards(final Endpoint destination) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(resolve(destination));
            return inDigits(socket.getLocalAddress());
        }
    }

    /**
     * Refuses an address on which nothing can listen over UDP, before a media driver is asked for it: that one would
     * say so at length, and in its own log.
     *
     * @param address to listen on; its name is resolved. Port 0 lets the system choose.
     * @return the address, with a port that is free.
     * @throws IOException with the system's reason, such as {@code Address already in use}.
     */
    public static Endpoint requireFree(final Endpoint address) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(resolve(address));
            return new Endpoint(address.host(), socket.getLocalPort());
        }
    }

    private static InetSocketAddress resolve(final Endpoint endpoint) throws IOException {
        final String host = endpoint.host();
        final String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new InetSocketAddress(InetAddress.getByName(name), endpoint.port());
    }

    private static String inDigits(final InetAddress address) {
        final String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        final int scope = text.indexOf('%');
        return '[' + (scope < 0 ? text : text.substring(0, scope)) + ']';
    }
}
