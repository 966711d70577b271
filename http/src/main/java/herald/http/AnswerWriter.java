package herald.http;

import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

import java.nio.ByteBuffer;

/**
 * Writes an answer as fast as its client takes it, and keeps no thread meanwhile. It goes in slices: the JDK copies
 * whatever it is given to memory outside of the heap, each time anew.
 */
final class AnswerWriter extends IteratingNestedCallback {
    private static final int SLICE_LENGTH = 64 * 1024;

    private final Response response;
    private final ByteBuffer json;
    private int written;

    /**
     * Writes nothing yet: {@link #iterate} does.
     *
     * @param response to write to.
     * @param json     that is not empty.
     * @param callback for the end.
     */
    AnswerWriter(final Response response, final ByteBuffer json, final Callback callback) {
        super(callback);
        this.response = response;
        this.json = json;
    }

    @Override
    protected Action process() {
        final int left = json.remaining() - written;
        if (left == 0) {
            return Action.SUCCEEDED;
        }
        final int length = Math.min(left, SLICE_LENGTH);
        final ByteBuffer slice = json.slice(json.position() + written, length);
        written += length;
        response.write(length == left, slice, this);
        return Action.SCHEDULED;
    }
}
