package herald.tools;

import herald.io.ErrorText;
import org.agrona.ErrorHandler;

import java.io.PrintWriter;

/**
 * Keeps what last went wrong on a recorder's link, for a command to mention; prints it all with {@code --debug}.
 */
final class LinkErrors implements ErrorHandler {
    private final PrintWriter debug;
    private volatile String last;

    /**
     * Constructs it.
     *
     * @param debug gets stack traces, or null.
     */
    LinkErrors(final PrintWriter debug) {
        this.debug = debug;
    }

    @Override
    public void onError(final Throwable error) {
        last = ErrorText.of(error);
        if (debug != null) {
            error.printStackTrace(debug);
        }
    }

    /**
     * The last error, to end a sentence with.
     *
     * @return empty where there was none.
     */
    String suffix() {
        final String message = last;
        return message == null ? "" : " (last error: " + Printable.of(message) + ')';
    }
}
