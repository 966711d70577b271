package herald.events;

import java.util.Locale;

/**
 * How bad an event is, from {@link #DEBUG} up to {@link #CRITICAL}. The order of declaration is the order of severity.
 */
public enum Severity {
    /** Of interest to those who look into the machine. */
    DEBUG(0),
    /** Normal life. */
    INFO(1),
    /** Something that should be looked at. */
    WARN(2),
    /** Something that needs somebody now. */
    CRITICAL(3);

    private static final Severity[] BY_CODE = values();

    private final int code;

    Severity(final int code) {
        this.code = code;
    }

    /**
     * The number that stands for this severity on the wire and on disk.
     *
     * @return 0 for {@link #DEBUG} up to 3 for {@link #CRITICAL}.
     */
    public int code() {
        return code;
    }

    /**
     * The severity of a code, without allocating.
     *
     * @param code as {@link #code()} gives it.
     * @return the severity; {@link #CRITICAL} for a code from a newer version, which must not pass unseen.
     */
    public static Severity ofCode(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : CRITICAL;
    }

    /**
     * Reads a severity as people write it.
     *
     * @param text the name in any case.
     * @return the severity.
     * @throws IllegalArgumentException naming the text and the four names that would be right.
     */
    public static Severity parse(final String text) {
        try {
            return valueOf(text.trim().toUpperCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(
                "severity \"" + text + "\" is none of DEBUG, INFO, WARN, CRITICAL", e);
        }
    }
}
