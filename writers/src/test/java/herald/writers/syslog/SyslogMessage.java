package herald.writers.syslog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message of RFC 5424, parsed by its grammar (section 6) and by nothing of the code that writes it.
 *
 * @param priority facility and severity.
 * @param header   TIMESTAMP, HOSTNAME, APP-NAME, PROCID and MSGID.
 * @param data     elements by SD-ID; of each the parameters by name.
 * @param bom      whether the message begins with a byte order mark.
 * @param message  without the mark.
 */
record SyslogMessage(
    int priority, List<String> header, Map<String, Map<String, String>> data, boolean bom, String message) {

    static SyslogMessage parse(final byte[] datagram) {
        return new Parser(datagram).parse();
    }

    Map<String, String> herald() {
        return data.get("herald@32473");
    }

    Map<String, String> attributes() {
        return data.getOrDefault("attr@32473", Map.of());
    }

    private static final class Parser {
        private static final int[] HEADER_LENGTHS = {32, 255, 48, 128, 32};

        private final String text;
        private int at;

        Parser(final byte[] datagram) {
            try {
                text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(datagram)).toString();
            } catch (final CharacterCodingException e) {
                throw new AssertionError("not UTF-8", e);
            }
        }

        SyslogMessage parse() {
            expect('<');
            final int priority = Integer.parseInt(until('>'));
            at++;
            expect('1');
            expect(' ');
            final List<String> header = new ArrayList<>();
            for (final int maxLength : HEADER_LENGTHS) {
                final String field = until(' ');
                check(!field.isEmpty() && field.length() <= maxLength, "header field " + field);
                check(field.chars().allMatch(c -> c > ' ' && c < 0x7F), "header field " + field);
                header.add(field);
                at++;
            }
            final Map<String, Map<String, String>> data = new LinkedHashMap<>();
            while (at < text.length() && text.charAt(at) == '[') {
                element(data);
            }
            check(!data.isEmpty(), "no structured data");
            if (at == text.length()) {
                return new SyslogMessage(priority, header, data, false, "");
            }
            expect(' ');
            final boolean bom = at < text.length() && text.charAt(at) == '\uFEFF';
            return new SyslogMessage(priority, header, data, bom, text.substring(bom ? at + 1 : at));
        }

        private void element(final Map<String, Map<String, String>> data) {
            expect('[');
            final StringBuilder id = new StringBuilder();
            while (text.charAt(at) != ' ' && text.charAt(at) != ']') {
                id.append(text.charAt(at++));
            }
            checkName(id.toString());
            final Map<String, String> parameters = new LinkedHashMap<>();
            while (text.charAt(at) == ' ') {
                at++;
                final String name = until('=');
                checkName(name);
                at++;
                parameters.put(name, value());
            }
            expect(']');
            check(data.put(id.toString(), parameters) == null, "SD-ID twice: " + id);
        }

        private String value() {
            expect('"');
            final StringBuilder value = new StringBuilder();
            while (text.charAt(at) != '"') {
                check(text.charAt(at) != ']', "bare ]");
                if (text.charAt(at) == '\\') {
                    at++;
                    check("\"\\]".indexOf(text.charAt(at)) >= 0, "invalid escape");
                }
                value.append(text.charAt(at++));
            }
            expect('"');
            return value.toString();
        }

        private void checkName(final String name) {
            check(!name.isEmpty() && name.length() <= 32, "SD-NAME " + name);
            check(name.chars().allMatch(c -> c > ' ' && c < 0x7F && "=]\"".indexOf(c) < 0), "SD-NAME " + name);
        }

        private String until(final char end) {
            final int start = at;
            at = text.indexOf(end, at);
            check(at >= 0, "no " + end);
            return text.substring(start, at);
        }

        private void expect(final char c) {
            check(at < text.length() && text.charAt(at) == c, "no " + c + " at " + at);
            at++;
        }

        private void check(final boolean right, final String what) {
            if (!right) {
                throw new AssertionError(what + " in: " + text);
            }
        }
    }
}
