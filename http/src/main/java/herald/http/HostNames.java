package herald.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names under which a server is asked for. On loopback nobody else's may be: a page of another host, whose name was
 * made to point here, would read answers through a browser that runs here (DNS rebinding).
 */
final class HostNames {
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");
    private static final Pattern IP6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final int MISDIRECTED = 421;

    private final boolean anyName;
    private final String ownName;
    private final String address;

    /**
     * Those of a server.
     *
     * @param ownName that its address was given by.
     * @param address that it listens on.
     */
    HostNames(final String ownName, final InetSocketAddress address) {
        this.anyName = !address.getAddress().isLoopbackAddress();
        this.ownName = bare(ownName);
        this.address = JsonServer.shown(address);
    }

    private static String bare(final String host) {
        final String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).toLowerCase(Locale.ROOT);
    }

    /**
     * Refuses a request for another host.
     *
     * @param host as the client said, without a port; null where it did not.
     * @throws RefusedException naming the host and what would be right.
     */
    void require(final String host) throws RefusedException {
        if (anyName || host == null || isOwn(bare(host))) {
            return;
        }
        throw new RefusedException(MISDIRECTED, "Host is \"" + host + "\": this server is on loopback and is asked " +
            "as localhost or by its address alone; use http://" + address + ", and have a proxy before it send that " +
            "as Host");
    }

    private boolean isOwn(final String host) {
        return host.equals("localhost") || host.equals(ownName) || LOOPBACK.matcher(host).matches() ||
            (IP6.matcher(host).matches() && isLoopback(host));
    }

    /** Of an address in digits, for which no name server is asked. */
    private static boolean isLoopback(final String digits) {
        try {
            return InetAddress.getByName(digits).isLoopbackAddress();
        } catch (final UnknownHostException e) {
            return false;
        }
    }
}
