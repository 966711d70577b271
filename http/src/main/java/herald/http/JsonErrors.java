package herald.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Says in JSON what Jetty itself refuses, before any resource sees it. What a client did wrong is 4xx, in Herald's
 * words: Jetty's are for those who know its code.
 */
final class JsonErrors extends ErrorHandler {
    private static final int LAST_CLIENT_ERROR = 499;
    private static final int BAD_REQUEST = 400;

    /** A part of what Jetty says, and what it means to a client. */
    private record Mistake(String reason, String message) {
    }

    /** The first whose reason fits holds. */
    private static final List<Mistake> MISTAKES = List.of(
        new Mistake("!hex", RequestTarget.WRONG_PATH_ESCAPE),
        new Mistake("% encoding", RequestTarget.WRONG_PATH_ESCAPE),
        new Mistake("Illegal character in path", "the path has a control character, which may be an escape such as " +
            "%00: leave it out"),
        new Mistake("Bad URI path", "the path must begin with a slash, such as /healthz"),
        new Mistake("Relative path", "the path must begin with a slash, such as /healthz"),
        new Mistake("No URI", "the request line has no path: it must be such as GET /healthz HTTP/1.1"),
        new Mistake("Bad URI", "the path leads above its first slash: leave out each \"..\" that does"),
        new Mistake("long overflow", "Content-Length is greater than any body can be: it must be the number of the " +
            "body's bytes, in digits"),
        new Mistake("Invalid Content-Length", "Content-Length is no number: it must be the number of the body's " +
            "bytes, in digits"),
        new Mistake("Multiple Content-Length", "there is more than one Content-Length: send one"),
        new Mistake("Transfer-Encoding and Content-Length", "there are Transfer-Encoding and Content-Length: send " +
            "one of them"),
        new Mistake("Transfer-Encoding", "Transfer-Encoding is not known: it must be chunked, or not be there"),
        new Mistake("No Host", "there is no header Host: send one, such as Host: localhost"),
        new Mistake("Duplicate Host", "there is more than one header Host: send one"),
        new Mistake("Authority!=Host", "the request line names another host than the header Host: write a path alone " +
            "in it, such as /healthz"),
        new Mistake("Folding", "a header begins with a space or a colon: each must be NAME: VALUE on one line"),
        new Mistake("Bad EOL", "a line does not end as it must: in carriage return and line feed"),
        new Mistake("0x16", "the request line begins with a control character, as TLS does: HTTP here is without " +
            "TLS, http:// and not https://"),
        new Mistake("Illegal character", "the request line or a header has a character where none such may be: " +
            "write a space in a path as %20, other bytes as escapes too, and headers as NAME: VALUE"));

    @Override
    public boolean handle(final Request request, final Response response, final Callback callback) {
        final int code = response.getStatus();
        final ByteBuffer json = JsonAnswer.status(answered(code), message(code, reason(request))).json();
        response.setStatus(answered(code));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JsonHandler.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, json.remaining());
        response.write(true, json, callback);
        return true;
    }

    /** A version that is not spoken here is the client's mistake too, and nothing that it could upgrade to. */
    private static int answered(final int code) {
        return code == 426 || code == 505 ? BAD_REQUEST : code;
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
            default -> code > LAST_CLIENT_ERROR ? "the request failed: " + reason + "; see the log" : mistake(reason);
        };
    }

    private static String mistake(final String reason) {
        for (final Mistake mistake : MISTAKES) {
            if (reason.contains(mistake.reason)) {
                return mistake.message;
            }
        }
        return "the request can't be understood: it must be HTTP, such as GET /healthz HTTP/1.1, with one header " +
            "Host, and a path without control characters, leading \"..\", and \"%\" other than in escapes such as %20";
    }
}
