package herald.writers.syslog;

import herald.event.EventView;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The header of RFC 3164, section 4.1, which BSD's syslog has:
 *
 * <pre>
 *   &lt;PRI&gt;Mmm dd hh:mm:ss HOSTNAME TAG:
 * </pre>
 *
 * <p>The time is local time, to the second, and says neither year nor zone; the structured data behind it does.
 *
 * <p>Receivers guess where a host's name and a tag are. rsyslog takes for a name only ASCII letters, digits, points,
 * dashes and underscores with a letter or digit at the end, and anything else for the tag; its name of the program ends
 * at the first slash of a tag. So nothing else is written.
 */
final class Rfc3164Encoder extends SyslogEncoder {
    private static final int HOSTNAME_LENGTH = 255;
    private static final int TAG_LENGTH = 32;
    /** What ends a tag, or the program's name in it. */
    private static final String TAG_ENDS = ":[]/";
    /** Where nothing is left of a host's name. */
    private static final String UNKNOWN = "unknown";
    private static final long NS_PER_S = 1_000_000_000L;
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);

    private final ZoneId zone;

    Rfc3164Encoder(final Style style, final ZoneId zone) {
        super(style, false);
        this.zone = zone;
    }

    @Override
    void appendHeader(
        final EventView event, final int priority, final String application, final StringBuilder out) {
        out.append('<').append(priority).append('>');
        TIMESTAMP.formatTo(
            Instant.ofEpochSecond(Math.floorDiv(event.modTimeNs(), NS_PER_S)).atZone(zone), out);
        out.append(' ').append(hostName(event.node()))
            .append(' ').append(application(application, TAG_LENGTH, TAG_ENDS))
            .append(": ");
    }

    private static String hostName(final String node) {
        final StringBuilder name = new StringBuilder();
        int end = 0;
        for (int i = 0; i < node.length() && i < HOSTNAME_LENGTH; i++) {
            final char c = node.charAt(i);
            final boolean alphanumeric = c < 0x7F && Character.isLetterOrDigit(c);
            name.append(alphanumeric || c == '.' || c == '-' ? c : '_');
            end = alphanumeric ? i + 1 : end;
        }
        return end == 0 ? UNKNOWN : name.substring(0, end);
    }
}
