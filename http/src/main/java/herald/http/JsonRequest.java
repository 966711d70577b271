package herald.http;

import java.util.Map;
import java.util.function.Function;

/**
 * What a client asks of a {@link Resource}. All of it is decoded, and valid as far as HTTP goes.
 */
public final class JsonRequest {
    private final String method;
    private final RequestTarget target;
    private final String name;
    private final Function<String, String> headers;
    private final byte[] body;

    JsonRequest(
        final String method, final RequestTarget target, final String name, final Function<String, String> headers,
        final byte[] body) {
        this.method = method;
        this.target = target;
        this.name = name;
        this.headers = headers;
        this.body = body;
    }

    JsonRequest with(final byte[] itsBody) {
        return new JsonRequest(method, target, name, headers, itsBody);
    }

    /**
     * The method.
     *
     * @return in capitals.
     */
    public String method() {
        return method;
    }

    /**
     * The path.
     *
     * @return decoded.
     */
    public String path() {
        return target.path();
    }

    /**
     * What follows the path of a {@link Resource#below} resource.
     *
     * @return one segment of the path; empty for others.
     */
    public String name() {
        return name;
    }

    /**
     * The parameters. Each has a value that is not blank, but for those that may be empty.
     *
     * @return by name, in the order of the request.
     */
    public Map<String, String> parameters() {
        return target.parameters();
    }

    /**
     * A header.
     *
     * @param header name of it.
     * @return its first value; null where there is none.
     */
    public String header(final String header) {
        return headers.apply(header);
    }

    /**
     * The body, where the operation takes one.
     *
     * @return its bytes.
     */
    public byte[] body() {
        return body.clone();
    }
}
