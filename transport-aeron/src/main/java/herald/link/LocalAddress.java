package herald.link;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Finds the address of this host from which the route to another one starts. Nothing is sent.
 */
public final class LocalAddress {
    private LocalAddress() {
    }

    /**
     * The address.
     *
     * @param destination of the route; its name is resolved.
     * @return in digits, IPv6 in brackets.
     * @throws IOException where the name is unknown or there is no route.
     */
    public static String towards(final Endpoint destination) throws IOException {
        final String host = destination.host();
        final String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(name), destination.port()));
            return inDigits(socket.getLocalAddress());
        }
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
