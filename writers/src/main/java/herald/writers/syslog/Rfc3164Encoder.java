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
 */
final class Rfc3164Encoder extends SyslogEncoder {
    private static final int HOSTNAME_LENGTH = 255;
    private static final int TAG_LENGTH = 32;
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
        out.append(' ').append(event.node().isEmpty() ? NIL : printable(event.node(), HOSTNAME_LENGTH, ""))
            .append(' ').append(application.isEmpty() ? NIL : printable(application, TAG_LENGTH, ":[]"))
            .append(": ");
    }
}
