package herald.link;

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
    private static final Pattern IN_DIGITS = Pattern.compile("([0-9.]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}");
    private static final int MAX_PORT = 65_535;

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
        return IN_DIGITS.matcher(text).matches();
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
