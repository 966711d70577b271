package herald.writers.file;

import herald.dispatch.EventBatch;
import herald.io.ErrorText;
import herald.io.Uninterrupted;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writers.json.EventJson;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes events to a file, one JSON line for each touch of an event, with the count that it had then: the last line of
 * an id is its latest state.
 *
 * <p>Lines of one call go out in one write and stand in one file: where the file is full it takes what fits and leaves
 * the rest to the next call.
 */
final class FileWriter implements EventWriter {
    private final String name;
    private final RotatedFile file;
    private final EventJson json = new EventJson();
    private final Lines lines = new Lines();

    FileWriter(final String name, final RotatedFile file) {
        this.name = name;
        this.file = file;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Path file() {
        return file.path();
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        try {
            return Uninterrupted.call(() -> {
                file.open();
                final int count = fill(batch, index, file.room());
                file.append(lines.toBuffer());
                return count;
            });
        } catch (final IOException e) {
            throw failure("write", e);
        }
    }

    @Override
    public void flush() throws WriterException {
        try {
            file.force();
        } catch (final IOException e) {
            throw failure("force", e);
        }
    }

    @Override
    public String hindrance() {
        return file.hindrance();
    }

    @Override
    public void reopen() throws IOException {
        file.leave();
    }

    @Override
    public void close() {
        file.close();
    }

    private int fill(final EventBatch batch, final int index, final long roomLeft) throws IOException {
        lines.reset();
        json.write(batch.event(index), lines);
        final long room = lines.size() <= roomLeft ? roomLeft : file.maxBytes();
        int next = index + 1;
        while (next < batch.size()) {
            final int length = lines.size();
            json.write(batch.event(next), lines);
            if (lines.size() > room) {
                lines.cut(length);
                break;
            }
            next++;
        }
        return next - index;
    }

    private WriterException failure(final String verb, final IOException e) {
        return WriterException.retryable(0,
            "cannot " + verb + " " + file.path() + ": " + reason(e) +
            "; check free space and that its directory is writable", e);
    }

    private static String reason(final IOException e) {
        final String kind = e.getClass() == IOException.class ? "" : e.getClass().getSimpleName() + ": ";
        return kind + ErrorText.of(e);
    }

    /** Lines on their way to the file. */
    private static final class Lines extends ByteArrayOutputStream {
        private void cut(final int length) {
            count = length;
        }

        private ByteBuffer toBuffer() {
            return ByteBuffer.wrap(buf, 0, count);
        }
    }
}
