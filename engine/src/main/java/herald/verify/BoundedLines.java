package herald.verify;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * Reads lines of a text one by one, and none that is longer than any of Herald's: what has no ends of lines would take
 * all memory for one. One thread's.
 */
final class BoundedLines implements AutoCloseable {
    /** In characters: an event of the longest message, with all else that stands in its line, takes less. */
    static final int MAX_LENGTH = 1 << 20;

    private final BufferedReader reader;
    private final StringBuilder line = new StringBuilder();
    private boolean afterReturn;
    private long number;

    BoundedLines(final BufferedReader reader) {
        this.reader = reader;
    }

    /**
     * The next line, without its end.
     *
     * @return null behind the last one.
     * @throws IOException where it is too long, or can't be read.
     */
    String next() throws IOException {
        line.setLength(0);
        int letter = reader.read();
        if (afterReturn && letter == '\n') {
            letter = reader.read();
        }
        afterReturn = false;
        if (letter < 0) {
            return null;
        }
        number++;
        while (letter >= 0 && letter != '\n' && letter != '\r') {
            if (line.length() == MAX_LENGTH) {
                throw new IOException(
                    "line " + number + " is longer than " + MAX_LENGTH + " characters, as no line of Herald's is");
            }
            line.append((char)letter);
            letter = reader.read();
        }
        afterReturn = letter == '\r';
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
