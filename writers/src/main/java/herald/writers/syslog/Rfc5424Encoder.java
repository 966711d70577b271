package herald.writers.syslog;

import herald.event.EventView;
import herald.writers.text.Rfc3339;

/**
 * The header of RFC 5424, section 6.2:
 *
 * <pre>
 *   &lt;PRI&gt;1 TIMESTAMP HOSTNAME APP-NAME - MSGID
 * </pre>
 */
final class Rfc5424Encoder extends SyslogEncoder {
    private static final int HOSTNAME_LENGTH = 255;
    private static final int APP_NAME_LENGTH = 48;
    private static final int MSGID_LENGTH = 32;

    Rfc5424Encoder(final Style style) {
        super(style, true);
    }

    @Override
    void appendHeader(
        final EventView event, final int priority, final String application, final StringBuilder out) {
        out.append('<').append(priority).append(">1 ");
        Rfc3339.append(event.modTimeNs(), Rfc3339.MICROS, out);
        out.append(' ').append(field(event.node(), HOSTNAME_LENGTH))
            .append(' ').append(application(application, APP_NAME_LENGTH, ""))
            .append(' ').append(NIL)
            .append(' ').append(field(event.type(), MSGID_LENGTH))
            .append(' ');
    }

    private static String field(final String text, final int maxLength) {
        return text.isEmpty() ? NIL : printable(text, maxLength, "");
    }
}
