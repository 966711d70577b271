package herald.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Path and parameters of a request line, decoded: RFC 3986, with {@code +} for a space in parameters as forms send it.
 * What can't be decoded in one way alone is refused, not guessed at.
 *
 * @param path       that begins with a slash.
 * @param parameters by name; one without a value is empty.
 */
record RequestTarget(String path, Map<String, String> parameters) {
    /** Those that RFC 3986 has no place for, and those that it has and that can't be told from a delimiter. */
    private static final String UNWISE = "\"<>\\^`{|}#";
    private static final int FIRST_PRINTABLE = 0x21;
    private static final int LAST_PRINTABLE = 0x7E;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LONG = 414;
    private static final int MAX_SHOWN = 200;
    private static final String WRONG_ESCAPE =
        "behind % there must be two hexadecimal digits; % itself is written as %25";
    /** Where the path was not shown to anybody. */
    static final String WRONG_PATH_ESCAPE = "the path has a wrong escape: " + WRONG_ESCAPE;

    /**
     * Decodes a target.
     *
     * @param rawPath  as it came.
     * @param rawQuery behind the question mark, as it came; may be null.
     * @return the target.
     * @throws RefusedException naming the part that is wrong and how it is written.
     */
    static RequestTarget of(final String rawPath, final String rawQuery) throws RefusedException {
        if (rawPath.length() + (rawQuery == null ? 0 : rawQuery.length()) > HttpLimits.MAX_TARGET_LENGTH) {
            throw new RefusedException(TOO_LONG, "path and query are longer than " + HttpLimits.MAX_TARGET_LENGTH +
                " characters: shorten them");
        }
        final Map<String, String> parameters = new LinkedHashMap<>();
        if (rawQuery != null) {
            for (final String pair : rawQuery.split("&", -1)) {
                addPair(parameters, pair);
            }
        }
        return new RequestTarget(decode("the path", rawPath, false), parameters);
    }

    private static void addPair(final Map<String, String> parameters, final String pair) throws RefusedException {
        if (pair.isEmpty()) {
            return;
        }
        final int equals = pair.indexOf('=');
        final String name = decode("the parameter", equals < 0 ? pair : pair.substring(0, equals), true);
        final String value = equals < 0 ? "" : decode(name, pair.substring(equals + 1), true);
        if (parameters.put(name, value) != null) {
            throw new RefusedException(BAD_REQUEST, "parameter \"" + name + "\" comes twice: say it once");
        }
    }

    private static String decode(final String what, final String raw, final boolean plusIsSpace)
        throws RefusedException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            final char c = raw.charAt(i);
            if (c < FIRST_PRINTABLE || c > LAST_PRINTABLE || UNWISE.indexOf(c) >= 0) {
                throw new RefusedException(BAD_REQUEST, what + " is \"" + shown(raw) + "\": \"" +
                    raw.substring(i, raw.offsetByCodePoints(i, 1)) + "\" must be written as " +
                    escaped(raw.substring(i, raw.offsetByCodePoints(i, 1))));
            }
            if (c == '%') {
                bytes.write(escapedByte(what, raw, i));
                i += 2;
            } else {
                bytes.write(c == '+' && plusIsSpace ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (final CharacterCodingException e) {
            throw new RefusedException(BAD_REQUEST, what + " is \"" + shown(raw) +
                "\": its escapes must be UTF-8, such as %C3%BC");
        }
    }

    private static int escapedByte(final String what, final String raw, final int at) throws RefusedException {
        if (at + 2 >= raw.length() || !HexFormat.isHexDigit(raw.charAt(at + 1)) ||
            !HexFormat.isHexDigit(raw.charAt(at + 2))) {
            throw new RefusedException(BAD_REQUEST, what + " is \"" + shown(raw) + "\": " + WRONG_ESCAPE);
        }
        return HexFormat.fromHexDigits(raw, at + 1, at + 3);
    }

    private static String escaped(final String character) {
        final StringBuilder escaped = new StringBuilder();
        for (final byte b : character.getBytes(StandardCharsets.UTF_8)) {
            escaped.append(String.format(Locale.ROOT, "%%%02X", b));
        }
        return escaped.toString();
    }

    private static String shown(final String raw) {
        return raw.length() <= MAX_SHOWN ? raw : raw.substring(0, MAX_SHOWN) + "...";
    }
}
