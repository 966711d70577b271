package herald.tools.agent;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Names of files as the bytes that they are. Java makes text of them in the encoding of the locale, which has no
 * characters for some: only a URI keeps all bytes.
 */
final class FileNames {
    private static final String PLAIN = "/-._~";

    private FileNames() {
    }

    /**
     * The path of these bytes, whatever the locale is.
     *
     * @param bytes of an absolute path.
     * @return the path.
     * @throws IllegalArgumentException where no file can be called so.
     */
    static Path path(final byte[] bytes) {
        final StringBuilder uri = new StringBuilder("file://");
        for (final byte octet : bytes) {
            if (octet > 0 && (PLAIN.indexOf(octet) >= 0 || Character.isLetterOrDigit(octet))) {
                uri.append((char)octet);
            } else {
                uri.append(String.format(Locale.ROOT, "%%%02X", octet & 0xFF));
            }
        }
        return Path.of(URI.create(uri.toString()));
    }

    /**
     * The text of a name, for events and logs: in UTF-8, with {@code \xNN} for each byte that is not, and for control
     * characters.
     *
     * @param bytes of the name.
     * @return its text.
     */
    static String text(final byte[] bytes) {
        final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        final ByteBuffer in = ByteBuffer.wrap(bytes);
        final CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        final StringBuilder text = new StringBuilder(bytes.length);
        CoderResult result;
        do {
            result = decoder.decode(in, out, true);
            appendPrintable(text, out.flip());
            out.clear();
            for (int i = 0; result.isError() && i < result.length(); i++) {
                appendEscape(text, in.get() & 0xFF);
            }
        } while (result.isError());
        return text.toString();
    }

    /**
     * The text of a path, for events and logs.
     *
     * @param path of a file; a relative one stays so where it has plain characters only.
     * @return its text.
     */
    static String text(final Path path) {
        final String text = path.toString();
        return isPlain(text) ? text : text(bytes(path));
    }

    /**
     * The last name of a path as text.
     *
     * @param path of a file.
     * @return its name's text.
     */
    static String lastName(final Path path) {
        final String name = path.getFileName().toString();
        if (isPlain(name)) {
            return name;
        }
        final String whole = text(bytes(path));
        return whole.substring(whole.lastIndexOf('/') + 1);
    }

    /**
     * The bytes of a path.
     *
     * @param path of a file.
     * @return those of its absolute path.
     */
    static byte[] bytes(final Path path) {
        final String raw = path.toUri().getRawPath();
        return unescape(raw.length() > 1 && raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw);
    }

    private static boolean isPlain(final String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }

    private static byte[] unescape(final String raw) {
        final ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) == '%') {
                bytes.put((byte)Integer.parseInt(raw, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.put((byte)raw.charAt(i));
            }
        }
        final byte[] octets = new byte[bytes.flip().remaining()];
        bytes.get(octets);
        return octets;
    }

    private static void appendPrintable(final StringBuilder text, final CharBuffer characters) {
        for (int i = 0; i < characters.length(); i++) {
            final char character = characters.charAt(i);
            if (character < ' ' || character == 0x7F) {
                appendEscape(text, character);
            } else {
                text.append(character);
            }
        }
    }

    private static void appendEscape(final StringBuilder text, final int octet) {
        text.append(String.format(Locale.ROOT, "\\x%02X", octet));
    }
}
