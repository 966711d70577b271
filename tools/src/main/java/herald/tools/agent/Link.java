package herald.tools.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the kernel shows of a network link at one moment.
 *
 * @param up         whether it carries.
 * @param timesUp    how often it came up since it is there, or 0 where the kernel does not count.
 * @param timesDown  how often it went down since it is there, or 0 where the kernel does not count.
 * @param attributes speed, mtu and address, where they can be read.
 */
record Link(boolean up, long timesUp, long timesDown, Map<String, String> attributes) {
    private static final String[] ATTRIBUTES = {"speed", "mtu", "address"};

    /**
     * Reads a link. Many of its files can't be read while it is down: then they say nothing.
     *
     * @param directory of the link, such as {@code /sys/class/net/eth0}.
     * @return the link.
     */
    static Link read(final Path directory) {
        final Map<String, String> attributes = new LinkedHashMap<>();
        for (final String name : ATTRIBUTES) {
            final String value = value(directory, name);
            if (!value.isEmpty() && !"-1".equals(value)) {
                attributes.put(name, value);
            }
        }
        return new Link(
            isUp(value(directory, "operstate"), value(directory, "carrier")),
            count(directory, "carrier_up_count"),
            count(directory, "carrier_down_count"),
            attributes);
    }

    /** Drivers that don't keep the operational state, as the loopback's, show it as unknown. */
    private static boolean isUp(final String operstate, final String carrier) {
        final boolean kept = !operstate.isEmpty() && !"unknown".equals(operstate);
        return kept ? "up".equals(operstate) : "1".equals(carrier);
    }

    private static long count(final Path directory, final String name) {
        try {
            return Long.parseLong(value(directory, name));
        } catch (final NumberFormatException e) {
            return 0;
        }
    }

    private static String value(final Path directory, final String name) {
        try {
            return Files.readString(directory.resolve(name)).trim();
        } catch (final IOException e) {
            return "";
        }
    }
}
