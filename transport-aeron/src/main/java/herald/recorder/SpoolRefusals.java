package herald.recorder;

import herald.io.FileAccess;
import org.agrona.ErrorHandler;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What is refused of a directory of spools. Each file is told by name and reason, and counted, once for as long as it
 * is there: the directory is looked at every few seconds. One thread's.
 */
public final class SpoolRefusals {
    private final ErrorHandler errorHandler;
    private final Runnable counter;
    private final Map<Path, String> told = new HashMap<>();

    /**
     * Nothing is refused yet.
     *
     * @param errorHandler told of each file.
     * @param counter      run for each.
     */
    public SpoolRefusals(final ErrorHandler errorHandler, final Runnable counter) {
        this.errorHandler = errorHandler;
        this.counter = counter;
    }

    /**
     * Tells of a file that is not taken, unless it was told before for the same reason.
     *
     * @param file   that is refused.
     * @param reason why.
     */
    void refuse(final Path file, final Exception reason) {
        final String text = FileAccess.reason(reason);
        if (!text.equals(told.put(file, text))) {
            counter.run();
            errorHandler.onError(new SpoolException("spool " + file + " is refused: " + text +
                "; it is left as it is, and the others are taken", reason));
        }
    }

    /**
     * Tells that no spool can be looked for, unless it was told before for the same reason.
     *
     * @param directory of spools.
     * @param reason    why.
     */
    public void onUnreadable(final Path directory, final IOException reason) {
        final String text = FileAccess.reason(reason);
        if (!text.equals(told.put(directory, text))) {
            errorHandler.onError(new IOException("cannot look for spools in " + directory + ": " + text, reason));
        }
    }

    /** Counts what is refused and told otherwise. */
    void count() {
        counter.run();
    }

    void report(final Throwable error) {
        errorHandler.onError(error);
    }

    /** Forgets those that are not there any more. */
    void retain(final Collection<Path> there) {
        told.keySet().retainAll(there);
    }
}
