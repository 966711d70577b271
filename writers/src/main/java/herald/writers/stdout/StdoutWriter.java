package herald.writers.stdout;

import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.io.ErrorText;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writers.json.EventJson;
import herald.writers.text.EventLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes events to standard output, one line each, for people or as JSON. A line that was written in part is gone on
 * with: each is there once and whole.
 */
final class StdoutWriter implements EventWriter {
    private final String name;
    private final boolean jsonLines;
    private final StandardOutput out;
    private final EventJson json = new EventJson();
    private final EventLine line = new EventLine(false);
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    /** How much of the first event's line is out already. */
    private int begun;

    StdoutWriter(final String name, final boolean jsonLines, final StandardOutput out) {
        this.name = name;
        this.jsonLines = jsonLines;
        this.out = out;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        final int[] ends = new int[batch.size() - index];
        final int written;
        lines.reset();
        try {
            for (int i = 0; i < ends.length; i++) {
                appendLine(batch.event(index + i));
                ends[i] = lines.size();
            }
            written = begun + out.writeUpTo(lines.toByteArray(), begun, lines.size() - begun);
        } catch (final IOException e) {
            throw WriterException.retryable(0, "standard output takes nothing: " + ErrorText.of(e), e);
        }
        int done = 0;
        while (done < ends.length && ends[done] <= written) {
            done++;
        }
        begun = written - (done == 0 ? 0 : ends[done - 1]);
        if (done < ends.length) {
            throw WriterException.retryable(done, "standard output takes nothing: " + out.failure().getMessage() +
                "; is the program that reads it gone?", out.failure());
        }
        return done;
    }

    private void appendLine(final EventView event) throws IOException {
        if (jsonLines) {
            json.write(event, lines);
        } else {
            text.setLength(0);
            line.append(event, text);
            text.append('\n');
            lines.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Standard output is the process's: it stays open. */
    @Override
    public void close() {
    }
}
