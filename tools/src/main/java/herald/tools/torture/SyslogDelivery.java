package herald.tools.torture;

import herald.event.EventView;
import herald.io.Escape;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * An event as a syslog receiver gets it: RFC 5424, read by the grammar of its section 6.
 *
 * @param id     of the event.
 * @param count  of its occurrences so far.
 * @param digest checksum of what else is in the message, escaped.
 */
record SyslogDelivery(UUID id, long count, long digest) {
    private static final String COUNT = "count";
    private static final String ID = "id";
    private static final List<String> TEXTS = List.of("severity", "type", "category", "component", "node",
        "ref-tenant", "ref-namespace", "ref-kind", "ref-name", "ref-uri");

    /**
     * What a receiver should get.
     *
     * @param event of the dispatch log.
     * @return the delivery.
     */
    static SyslogDelivery of(final EventView event) {
        final List<String> texts = new ArrayList<>(List.of(event.severity().name(), event.type(), event.category(),
            event.component(), event.node(), event.refTenant(), event.refNamespace(), event.refKind(),
            event.refName(), event.refUri()));
        texts.addAll(event.attributes().values());
        texts.add(event.message());
        return new SyslogDelivery(event.id(), event.count(), digest(texts.stream().map(Escape::escape).toList()));
    }

    private static long digest(final List<String> texts) {
        final CRC32C crc = new CRC32C();
        for (final String text : texts) {
            crc.update(text.getBytes(StandardCharsets.UTF_8));
            crc.update(0);
        }
        return crc.getValue();
    }

    /**
     * Reads a message.
     *
     * @param bytes of it.
     * @return what it says.
     * @throws IllegalArgumentException where it is not what Herald sends.
     */
    static SyslogDelivery parse(final byte[] bytes) {
        return new Parser(new String(bytes, StandardCharsets.UTF_8)).parse();
    }

    /** Goes through a message once. */
    private static final class Parser {
        private final String text;
        private final List<String> texts = new ArrayList<>();
        private String id = "";
        private String count = "";
        private int at;

        Parser(final String text) {
            this.text = text;
        }

        SyslogDelivery parse() {
            at = text.indexOf('[');
            while (at >= 0 && at < text.length() && text.charAt(at) == '[') {
                element();
            }
            final String message = at < 0 || at >= text.length() ? "" : text.substring(at + 1);
            texts.add(message.startsWith("\uFEFF") ? message.substring(1) : message);
            try {
                return new SyslogDelivery(UUID.fromString(id), Long.parseLong(count), digest(texts));
            } catch (final IllegalArgumentException e) {
                throw new IllegalArgumentException("no message of Herald's: " + text, e);
            }
        }

        private void element() {
            final boolean own = text.startsWith("[herald@", at);
            at = text.indexOf(' ', at);
            while (text.charAt(at) != ']') {
                final int equals = text.indexOf('=', at);
                final String name = text.substring(at + 1, equals);
                at = equals + 2;
                final String value = value();
                if (own && ID.equals(name)) {
                    id = value;
                } else if (own && COUNT.equals(name)) {
                    count = value;
                } else if (!own || TEXTS.contains(name)) {
                    texts.add(value);
                }
            }
            at++;
        }

        /** Up to the quote that ends it, without the backslashes that protect characters; then behind it. */
        private String value() {
            final StringBuilder value = new StringBuilder();
            while (text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 1 : 0;
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }
    }
}
