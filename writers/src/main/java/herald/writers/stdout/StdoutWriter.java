package herald.writers.stdout;

import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writers.json.EventJson;
import herald.writers.text.EventLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes events to standard output, one line each, for people or as JSON.
 *
 * <p>It goes past {@link System#out}: a {@code PrintStream} hides what failed, and reports a failure for ever after.
 */
final class StdoutWriter implements EventWriter {
    private final String name;
    private final boolean jsonLines;
    private final OutputStream out;
    private final EventJson json = new EventJson();
    private final EventLine line = new EventLine(false);
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    StdoutWriter(final String name, final boolean jsonLines, final OutputStream out) {
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
        lines.reset();
        try {
            for (int i = index; i < batch.size(); i++) {
                appendLine(batch.event(i));
            }
            lines.writeTo(out);
            out.flush();
        } catch (final IOException e) {
            throw WriterException.retryable(0,
                "standard output takes nothing: " + e.getMessage() + "; is the program that reads it gone?", e);
        }
        return batch.size() - index;
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
