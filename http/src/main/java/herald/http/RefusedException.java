package herald.http;

import java.util.Map;

/**
 * A request that is answered by a status instead of what it asked for. The message is for the client: it names the
 * parameter, its value and what would be right.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String header;
    private final String value;

    /**
     * A refusal.
     *
     * @param code    of HTTP, such as 400.
     * @param message for the client.
     */
    public RefusedException(final int code, final String message) {
        this(code, message, null, null);
    }

    /**
     * A refusal with a header of its own, such as {@code Allow}.
     *
     * @param code    of HTTP.
     * @param message for the client.
     * @param header  name of it.
     * @param value   of it.
     */
    public RefusedException(final int code, final String message, final String header, final String value) {
        super(message, null, false, false);
        this.code = code;
        this.header = header;
        this.value = value;
    }

    /**
     * The status.
     *
     * @return code of HTTP.
     */
    public int code() {
        return code;
    }

    JsonAnswer answer() {
        return JsonAnswer.status(code, getMessage()).with(header == null ? Map.of() : Map.of(header, value));
    }
}
