package herald.writer;

import herald.dispatch.EventBatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the messages that it takes, and does what a test tells it to before it takes them and when it is flushed.
 */
final class ScriptedWriter implements EventWriter {
    /** What a test makes a writer do. */
    @FunctionalInterface
    interface Action {
        void run() throws WriterException, IOException;
    }

    final List<String> delivered = new ArrayList<>();
    Action onWrite = () -> { };
    Action onFlush = () -> { };
    Runnable onClose = () -> { };
    int limit = Integer.MAX_VALUE;
    Integer claimed;
    int unsettled;
    Action onUnsettled = () -> { };
    int unsettledAtFinish;
    long deadLetters;
    String hindrance;
    boolean closed;

    @Override
    public String name() {
        return "w";
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        run(onWrite);
        final int count = Math.min(limit, batch.size() - index);
        for (int i = index; i < index + count; i++) {
            final String message = batch.event(i).message();
            if (message.startsWith("bad")) {
                throw WriterException.notRetryable(i - index, "refused \"" + message + "\"", null);
            }
            delivered.add(message);
        }
        return claimed == null ? count : claimed;
    }

    @Override
    public void flush() throws WriterException {
        run(onFlush);
    }

    @Override
    public int unsettled() throws WriterException {
        run(onUnsettled);
        return unsettled;
    }

    @Override
    public long deadLetters() {
        return deadLetters;
    }

    @Override
    public String hindrance() {
        return hindrance;
    }

    @Override
    public int finish() {
        return unsettledAtFinish;
    }

    private static void run(final Action action) throws WriterException {
        try {
            action.run();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        onClose.run();
    }

    /** Throws what no signature announces, as code of another language may. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> void throwAny(final Throwable thrown) throws T {
        throw (T)thrown;
    }
}
