package herald.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Splits a stream into lines without copying more than it must. A line over the limit is passed over and said to be so.
 */
final class LineReader {
    private final InputStream input;
    private final byte[] buffer;
    private final ByteBuffer line;
    private int from;
    private int end;
    private boolean tooLong;

    /**
     * Constructs it.
     *
     * @param input     is read to its end, not closed.
     * @param maxLength of a line, in bytes.
     */
    LineReader(final InputStream input, final int maxLength) {
        this.input = input;
        this.buffer = new byte[maxLength + 1];
        this.line = ByteBuffer.wrap(buffer);
    }

    /**
     * Reads the next line.
     *
     * @return its bytes without the line feed, valid until the next call; empty where it is too long; null at the end.
     * @throws IOException where the stream can't be read.
     */
    ByteBuffer next() throws IOException {
        tooLong = false;
        int scanned = from;
        while (true) {
            for (int i = scanned; i < end; i++) {
                if (buffer[i] == '\n') {
                    return take(i, i + 1);
                }
            }
            makeRoom();
            scanned = end;
            final int read = input.read(buffer, end, buffer.length - end);
            if (read < 0) {
                return from == end && !tooLong ? null : take(end, end);
            }
            end += read;
        }
    }

    private void makeRoom() {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, end - from);
            end -= from;
            from = 0;
        }
        if (end == buffer.length) {
            tooLong = true;
            end = 0;
        }
    }

    private ByteBuffer take(final int lineEnd, final int nextFrom) {
        line.clear().position(from).limit(tooLong ? from : lineEnd);
        from = nextFrom;
        return line;
    }

    /**
     * Whether the line that was just read is over the limit.
     *
     * @return true where its content was dropped.
     */
    boolean isTooLong() {
        return tooLong;
    }
}
