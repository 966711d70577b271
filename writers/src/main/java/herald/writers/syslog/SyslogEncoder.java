package herald.writers.syslog;

import herald.event.EventView;
import herald.events.Severity;
import herald.io.Escape;
import herald.writers.text.Rfc3339;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Encodes an event as a syslog message, at most a given number of bytes long: a header as the format has it, then the
 * event in structured data, then its message. Owned by one thread.
 *
 * <pre>
 *   HEADER [herald@32473 id="..." ...][attr@32473 key="value" ...] MSG
 * </pre>
 *
 * <p>32473 is the enterprise number that RFC 5612 sets aside for examples. Where not everything fits, the parameters of
 * {@code herald@32473} come first, then attributes, each whole or not at all, then as much of the message as there is
 * room for; {@code truncated="true"} says so. No message has a control character in it.
 */
abstract class SyslogEncoder {
    /** The shortest limit: every receiver takes that much (RFC 5424, section 6.1), and header, mark and id fit. */
    static final int LEAST_MAX_LENGTH = 480;
    /** The longest datagram of UDP over IPv4. */
    static final int MOST_MAX_LENGTH = 65_507;
    /** What stands for an empty field. */
    static final String NIL = "-";

    private static final String ID = "herald@32473";
    private static final String ATTRIBUTES_ID = "attr@32473";
    private static final String TRUNCATED = " truncated=\"true\"";
    private static final byte[] BOM = {(byte)0xEF, (byte)0xBB, (byte)0xBF};
    private static final int SD_NAME_LENGTH = 32;
    private static final int SEVERITIES = 8;

    private final int facility;
    private final String appName;
    private final String prefix;
    private final boolean marksUnicode;
    private final byte[] bytes;
    private final StringBuilder scratch = new StringBuilder();
    private int length;
    private boolean complete;

    /**
     * What the event does not say.
     *
     * @param facility  0 to 23.
     * @param appName   name of the application in all messages; empty: the event's component.
     * @param prefix    before that name.
     * @param maxLength of a message, in bytes.
     */
    record Style(int facility, String appName, String prefix, int maxLength) {
    }

    /**
     * Chooses what the event does not say.
     *
     * @param style        of all messages.
     * @param marksUnicode whether a message that is not all ASCII begins with a byte order mark.
     */
    SyslogEncoder(final Style style, final boolean marksUnicode) {
        this.facility = style.facility();
        this.appName = style.appName();
        this.prefix = style.prefix();
        this.bytes = new byte[style.maxLength()];
        this.marksUnicode = marksUnicode;
    }

    /**
     * Appends what stands before the structured data, with the blank behind it.
     *
     * @param event       to encode.
     * @param priority    facility and severity: RFC 5424, section 6.2.1.
     * @param application as it was configured or recorded; its prefix is {@link #application}'s.
     * @param out         to append to.
     */
    abstract void appendHeader(EventView event, int priority, String application, StringBuilder out);

    /**
     * A name of an application behind its prefix. Where there is no room for both, it is the prefix that is cut.
     *
     * @param name      as it was configured or recorded.
     * @param maxLength of both together, in characters.
     * @param forbidden characters that stand for something else there.
     * @return with an underscore for each character that is not allowed; {@link #NIL} where there is neither.
     */
    final String application(final String name, final int maxLength, final String forbidden) {
        final String last = printable(name, maxLength, forbidden);
        final String both = printable(prefix, maxLength - last.length(), forbidden) + last;
        return both.isEmpty() ? NIL : both;
    }

    /**
     * Encodes an event.
     *
     * @param event to encode.
     * @return length of the message, which {@link #bytes()} then begins with.
     */
    int encode(final EventView event) {
        encode(event, "");
        if (!complete) {
            encode(event, TRUNCATED);
        }
        return length;
    }

    /**
     * Holds the message last encoded.
     *
     * @return the same array always.
     */
    byte[] bytes() {
        return bytes;
    }

    private void encode(final EventView event, final String mark) {
        length = 0;
        complete = true;
        scratch.setLength(0);
        appendHeader(event, facility * SEVERITIES + code(event.severity()),
            appName.isEmpty() ? event.component() : appName, scratch);
        append(scratch.toString());
        append("[" + ID + mark);
        appendParameters(event);
        append("]");
        appendAttributes(event.attributes());
        appendMessage(event.message());
    }

    private void appendParameters(final EventView event) {
        appendParameter("id", event.id().toString());
        appendParameter("count", Long.toString(event.count()));
        appendParameter("first", Rfc3339.format(event.creationTimeNs(), Rfc3339.NANOS));
        appendParameter("last", Rfc3339.format(event.modTimeNs(), Rfc3339.NANOS));
        if (event.clockUnset()) {
            appendParameter("clock-unset", "true");
        }
        appendParameter("severity", event.severity().name());
        appendParameter("type", event.type());
        appendParameter("category", event.category());
        appendParameter("component", event.component());
        appendParameter("node", event.node());
        appendParameter("ref-tenant", event.refTenant());
        appendParameter("ref-namespace", event.refNamespace());
        appendParameter("ref-kind", event.refKind());
        appendParameter("ref-name", event.refName());
        appendParameter("ref-uri", event.refUri());
    }

    private void appendAttributes(final Map<String, String> attributes) {
        final int start = length;
        if (attributes.isEmpty() || !appendIfRoom("[" + ATTRIBUTES_ID)) {
            complete &= attributes.isEmpty();
            return;
        }
        final int empty = length;
        for (final Map.Entry<String, String> attribute : attributes.entrySet()) {
            appendParameter(sdName(attribute.getKey()), attribute.getValue());
        }
        if (length == empty) {
            length = start;
        } else {
            append("]");
        }
    }

    private void appendParameter(final String name, final String value) {
        scratch.setLength(0);
        scratch.append(' ').append(name).append("=\"");
        appendParameterValue(Escape.escape(value), scratch);
        scratch.append('"');
        complete &= appendIfRoom(scratch.toString());
    }

    private void appendMessage(final String message) {
        if (message.isEmpty()) {
            return;
        }
        final byte[] text = Escape.escape(message).getBytes(StandardCharsets.UTF_8);
        final byte[] bom = isAscii(text) || !marksUnicode ? new byte[0] : BOM;
        int room = Math.min(text.length, bytes.length - length - 1 - bom.length);
        complete &= room == text.length;
        while (room > 0 && room < text.length && (text[room] & 0xC0) == 0x80) {
            room--;
        }
        if (room > 0) {
            append(" ");
            append(bom, bom.length);
            append(text, room);
        }
    }

    /** Appends all or nothing, and leaves room for the bracket that closes an element. */
    private boolean appendIfRoom(final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > bytes.length - length - 1) {
            return false;
        }
        append(utf8, utf8.length);
        return true;
    }

    private void append(final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        append(utf8, utf8.length);
    }

    private void append(final byte[] source, final int count) {
        System.arraycopy(source, 0, bytes, length, count);
        length += count;
    }

    private static int code(final Severity severity) {
        return switch (severity) {
            case DEBUG -> 7;
            case INFO -> 6;
            case WARN -> 4;
            case CRITICAL -> 2;
        };
    }

    private static String sdName(final String text) {
        return text.isEmpty() ? "_" : printable(text, SD_NAME_LENGTH, "=]\"");
    }

    /**
     * A name in printable ASCII, without blanks.
     *
     * @param text      from outside.
     * @param maxLength where it is cut, in characters.
     * @param forbidden characters that it must not have either.
     * @return with an underscore for each character that is not allowed.
     */
    static String printable(final String text, final int maxLength, final String forbidden) {
        final StringBuilder out = new StringBuilder(maxLength);
        for (int i = 0; i < text.length() && i < maxLength; i++) {
            final char c = text.charAt(i);
            out.append(c > ' ' && c < 0x7F && forbidden.indexOf(c) < 0 ? c : '_');
        }
        return out.toString();
    }

    private static void appendParameterValue(final String text, final StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '"' || c == '\\' || c == ']') {
                out.append('\\');
            }
            out.append(c);
        }
    }

    private static boolean isAscii(final byte[] text) {
        for (final byte b : text) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
