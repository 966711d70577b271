package herald.http;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

import java.io.IOException;

/**
 * Reads what a client still sends behind its answer, and forgets it. A connection that is closed meanwhile is reset,
 * and the client may never see why it was refused.
 */
final class BodyDrain implements Runnable {
    private static final long MAX_LENGTH = 64 * 1024 * 1024;

    private final Request request;
    private final Callback callback;
    private long length;

    /**
     * Reads nothing yet: {@link #run} does.
     *
     * @param request  to read.
     * @param callback for the end.
     */
    BodyDrain(final Request request, final Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    @Override
    public void run() {
        while (true) {
            final Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                callback.failed(chunk.getFailure());
                return;
            }
            length += chunk.remaining();
            chunk.release();
            if (chunk.isLast()) {
                callback.succeeded();
                return;
            }
            if (length > MAX_LENGTH) {
                callback.failed(new IOException("more than " + MAX_LENGTH + " bytes behind an answer"));
                return;
            }
        }
    }
}
