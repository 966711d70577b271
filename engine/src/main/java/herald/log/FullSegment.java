package herald.log;

import java.io.IOException;

/**
 * The full segment of a log that is still to be forced, by another thread while the log goes on: the appending thread
 * waits for the device only where it is a whole segment ahead of it. Any thread.
 */
final class FullSegment implements AutoCloseable {
    private Segment segment;
    private IOException failure;

    /**
     * Takes over a segment. The one before it is forced first, should that not be done yet.
     *
     * @param full to force and close.
     * @throws IOException where the device failed, now or once before.
     */
    synchronized void take(final Segment full) throws IOException {
        try {
            force();
        } finally {
            segment = full;
        }
    }

    /**
     * Forces the segment, if there is one.
     *
     * @throws IOException where the device failed, now or once before: a second try would prove nothing.
     */
    synchronized void force() throws IOException {
        if (failure != null) {
            throw new IOException(
                "an earlier force of a full segment failed; close the log and open it again", failure);
        }
        if (segment != null) {
            final Segment full = segment;
            segment = null;
            try {
                full.forceAndClose();
            } catch (final IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    /** Lets go of the segment as it is. */
    @Override
    public synchronized void close() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }
}
