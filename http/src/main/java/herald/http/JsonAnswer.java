package herald.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client gets: a status and JSON with a line feed behind it.
 *
 * @param code    of HTTP.
 * @param json    the body.
 * @param headers of its own, by name.
 */
public record JsonAnswer(int code, ByteBuffer json, Map<String, String> headers) {
    /** Everything went well. */
    public static final int OK = 200;

    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * An answer with an object as Jackson writes it.
     *
     * @param code of HTTP.
     * @param body of any type that Jackson knows.
     * @return the answer.
     */
    public static JsonAnswer of(final int code, final Object body) {
        try {
            return of(code, ByteBuffer.wrap(
                (MAPPER.writeValueAsString(body) + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (final JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON for " + body, e);
        }
    }

    /**
     * The same, where everything went well.
     *
     * @param body of any type that Jackson knows.
     * @return the answer.
     */
    public static JsonAnswer of(final Object body) {
        return of(OK, body);
    }

    /**
     * An answer that is JSON already.
     *
     * @param code of HTTP.
     * @param json with a line feed at its end.
     * @return the answer.
     */
    public static JsonAnswer of(final int code, final ByteBuffer json) {
        return new JsonAnswer(code, json, Map.of());
    }

    /**
     * {@code {"kind":"Status","code":400,"message":"..."}}.
     *
     * @param code    of HTTP.
     * @param message for the client.
     * @return the answer.
     */
    public static JsonAnswer status(final int code, final String message) {
        final Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("code", code);
        status.put("message", message);
        return of(code, status);
    }

    JsonAnswer with(final Map<String, String> own) {
        return new JsonAnswer(code, json, own);
    }
}
