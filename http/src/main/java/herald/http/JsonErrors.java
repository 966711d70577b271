package herald.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

import java.nio.ByteBuffer;

/**
 * Says in JSON what Jetty itself refuses, before any resource sees it.
 */
final class JsonErrors extends ErrorHandler {
    private static final int LAST_CLIENT_ERROR = 499;

    @Override
    public boolean handle(final Request request, final Response response, final Callback callback) {
        final int code = response.getStatus();
        final ByteBuffer json = JsonAnswer.status(code, message(code, reason(request))).json();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JsonHandler.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, json.remaining());
        response.write(true, json, callback);
        return true;
    }

    private static String reason(final Request request) {
        final String reason = String.valueOf(request.getAttribute(ERROR_MESSAGE));
        return request.getAttribute(ERROR_EXCEPTION) instanceof Throwable error && error.getCause() != null &&
            error.getCause().getMessage() != null ? reason + ", " + error.getCause().getMessage() : reason;
    }

    private static String message(final int code, final String reason) {
        return switch (code) {
            case 414 -> "path and query are too long: they may have " + HttpLimits.MAX_TARGET_LENGTH +
                " characters; shorten them";
            case 431 -> "request line and headers are too long: they may have " + HttpLimits.MAX_HEADER_LENGTH +
                " bytes; send fewer or shorter headers";
            case 417 -> "the Expect header is not understood: it must be 100-continue, or not be there";
            case 426, 505 -> "the request line has no version of HTTP that is spoken here: it must be HTTP/1.1 or " +
                "HTTP/1.0, such as GET /healthz HTTP/1.1";
            default -> code > LAST_CLIENT_ERROR ? "the request failed: " + reason + "; see the log" :
                "the request can't be understood (" + reason + "): it must be HTTP, such as GET /healthz HTTP/1.1, " +
                "with one header Host, and a path without control characters, leading \"..\", and \"%\" other than " +
                "in escapes such as %20";
        };
    }
}
