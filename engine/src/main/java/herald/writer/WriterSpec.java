package herald.writer;

import java.util.Locale;
import java.util.Map;

/**
 * How a writer was configured.
 *
 * @param name    under which its bookmark is kept.
 * @param scheme  which factory makes it.
 * @param target  what follows the scheme's colon; empty where there is none.
 * @param options further settings by name, from the configuration file; empty from the command line.
 */
public record WriterSpec(String name, String scheme, String target, Map<String, String> options) {
    /** Names are those of files, with an ending. */
    public static final int MAX_NAME_LENGTH = 100;

    /**
     * Reads a specification as the command line writes it.
     *
     * @param text {@code stdout}, {@code file:PATH} or {@code syslog:udp://HOST:PORT}.
     * @return the specification, its name made from the text, so that the same text finds the same bookmark.
     */
    public static WriterSpec parse(final String text) {
        final int colon = text.indexOf(':');
        final String scheme = colon < 0 ? text : text.substring(0, colon);
        final String target = colon < 0 ? "" : text.substring(colon + 1);
        final String name = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
        return new WriterSpec(name.length() > MAX_NAME_LENGTH ? shortened(name) : name, scheme, target, Map.of());
    }

    private static String shortened(final String name) {
        final String hash = String.format(Locale.ROOT, "-%08x", name.hashCode());
        return name.substring(0, MAX_NAME_LENGTH - hash.length()) + hash;
    }

    /**
     * A setting.
     *
     * @param option       its name.
     * @param defaultValue where it is not set.
     * @return its value.
     */
    public String option(final String option, final String defaultValue) {
        return options.getOrDefault(option, defaultValue);
    }
}
