package herald.link;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A UDP address as people write it: {@code HOST:PORT}, IPv6 addresses in brackets.
 *
 * @param host name or address.
 * @param port from 0, which lets the system choose, to 65,535.
 */
public record Endpoint(String host, int port) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IN_DIGITS =
        Pattern.compile("((" + OCTET + "\\.){3}" + OCTET + "|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*]):[0-9]{1,5}");
    private static final int MAX_PORT = 65_535;
    /** Begins 255.255.255.255, and the group addresses of IPv6. */
    private static final byte BROADCAST = (byte)0xFF;

    /**
     * Reads an address.
     *
     * @param what it is of, for the error.
     * @param text of the form {@code HOST:PORT}.
     * @return the address.
     * @throws IllegalArgumentException naming what, the text and the form that would be right.
     */
    public static Endpoint parse(final String what, final String text) {
        final Matcher matcher = FORM.matcher(text == null ? "" : text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
            throw new IllegalArgumentException(what + " is \"" + text + "\": it must be HOST:PORT with a port up to " +
                MAX_PORT + ", such as 10.0.0.1:4810 or [fd00::1]:4810");
        }
        return new Endpoint(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /**
     * Whether a text is an address that nobody has to be asked for: no name server, and no parameter of a channel.
     *
     * @param text to look at.
     * @return false where it is anything else.
     */
    public static boolean isInDigits(final String text) {
        return address(text) != null;
    }

    /**
     * Whether a text is the address and port of one host, in digits: none of all hosts, of a group, or of none.
     *
     * @param text to look at.
     * @return false where nobody can be answered there.
     */
    public static boolean isOfOneHost(final String text) {
        final InetAddress address = address(text);
        return address != null && !address.isAnyLocalAddress() && !address.isMulticastAddress() &&
            address.getAddress()[0] != BROADCAST && !text.matches(".*:0+");
    }

    /** Null where it is none in digits: nothing is looked up for those, and for IPv6 in brackets. */
    private static InetAddress address(final String text) {
        if (text == null || !IN_DIGITS.matcher(text).matches()) {
            return null;
        }
        final int colon = text.lastIndexOf(':');
        try {
            return Integer.parseInt(text.substring(colon + 1)) > MAX_PORT ? null :
                InetAddress.getByName(text.substring(0, colon));
        } catch (final UnknownHostException e) {
            return null;
        }
    }

    /**
     * The channel that Aeron calls it by.
     *
     * @return without parameters.
     */
    public String channel() {
        return "aeron:udp?endpoint=" + this;
    }

    @Override
    public String toString() {
        return host + ':' + port;
    }
}
