package herald.tools.agent;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the kernel shows of a network link at one moment.
 *
 * @param device     which link it is, whatever it is called.
 * @param up         whether it carries.
 * @param timesUp    how often it came up since it is there, or 0 where the kernel does not count.
 * @param timesDown  how often it went down since it is there, or 0 where the kernel does not count.
 * @param attributes speed, mtu and address, where they can be read.
 */
record Link(Device device, boolean up, long timesUp, long timesDown, Map<String, String> attributes) {
    private static final String[] ATTRIBUTES = {"speed", "mtu", "address"};
    private static final int MAX_READS = 4;
    private static final String UNREADABLE = "unreadable";

    /**
     * What stays as long as a link is there: a link that is made again has another number, or where somebody gave it
     * the old one, another directory.
     *
     * @param index number of the link, or 0 where the kernel shows none.
     * @param inode of its directory, or null.
     */
    record Device(long index, Object inode) {
        private static Device read(final Path directory) throws IOException {
            return new Device(number(directory, "ifindex"), inode(directory));
        }

        private static Object inode(final Path directory) throws IOException {
            try {
                return Files.getAttribute(directory, "unix:ino");
            } catch (final UnsupportedOperationException | IllegalArgumentException e) {
                return null;
            }
        }
    }

    /** What the kernel counts. */
    private record Counts(Device device, long timesUp, long timesDown) {
        private static Counts read(final Path directory) throws IOException {
            return new Counts(Device.read(directory),
                number(directory, "carrier_up_count"), number(directory, "carrier_down_count"));
        }
    }

    /**
     * Reads a link, so that its state and what the kernel counts are of one moment. Many of its files can't be read
     * while it is down: then they say nothing.
     *
     * @param directory of the link, such as {@code /sys/class/net/eth0}.
     * @return the link.
     * @throws IOException where its state can't be known.
     */
    static Link read(final Path directory) throws IOException {
        Counts counts = Counts.read(directory);
        for (int i = 1; ; i++) {
            final boolean up = isUp(value(directory, "operstate"), value(directory, "carrier"));
            final Map<String, String> attributes = attributes(directory);
            final Counts after = Counts.read(directory);
            if (after.equals(counts) || i == MAX_READS) {
                return new Link(counts.device, up, counts.timesUp, counts.timesDown, attributes);
            }
            counts = after;
        }
    }

    /**
     * Whether this is the link that another one was before. Counts never start again in the life of a link.
     *
     * @param before what was seen earlier.
     * @return false where the link was deleted and made again, or is another one.
     */
    boolean continues(final Link before) {
        return device.equals(before.device) && timesUp >= before.timesUp && timesDown >= before.timesDown;
    }

    /**
     * Whether this is a link that had another name before.
     *
     * @param before what was seen earlier under that name.
     * @return false where the kernel shows no number to tell by.
     */
    boolean isRenamed(final Link before) {
        return device.index != 0 && continues(before);
    }

    private static Map<String, String> attributes(final Path directory) {
        final Map<String, String> attributes = new LinkedHashMap<>();
        for (final String name : ATTRIBUTES) {
            final String value = readable(directory, name);
            if (!value.isEmpty() && !"-1".equals(value)) {
                attributes.put(name, value);
            }
        }
        return attributes;
    }

    /**
     * Drivers that don't keep the operational state, as the loopback's, show it as unknown. Others are late with it by
     * up to a second where the carrier goes.
     */
    private static boolean isUp(final String operstate, final String carrier) {
        final boolean kept = !operstate.isEmpty() && !"unknown".equals(operstate);
        return kept ? "up".equals(operstate) && (carrier.isEmpty() || "1".equals(carrier)) : "1".equals(carrier);
    }

    private static long number(final Path directory, final String name) throws IOException {
        final String value = value(directory, name);
        try {
            return value.isEmpty() ? 0 : Long.parseLong(value);
        } catch (final NumberFormatException e) {
            throw new IOException(directory.resolve(name) + " holds \"" + value + "\", which is no number", e);
        }
    }

    private static String readable(final Path directory, final String name) {
        try {
            return Files.readString(directory.resolve(name)).trim();
        } catch (final IOException e) {
            return "";
        }
    }

    /** Of a link that is switched off the carrier can be opened and not read. What can't be opened says nothing. */
    private static String value(final Path directory, final String name) throws IOException {
        try {
            return Files.readString(directory.resolve(name)).trim();
        } catch (final NoSuchFileException e) {
            return "";
        } catch (final FileSystemException e) {
            throw e;
        } catch (final IOException e) {
            return UNREADABLE;
        }
    }
}
