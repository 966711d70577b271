package herald.link;

import herald.io.ErrorText;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Passes an error on when it comes for the first time, and then how often one like it came, at intervals that double.
 * Errors that differ in numbers alone, as addresses and ports do, are alike. Nobody who can make something fail again
 * and again fills a log. Any thread.
 */
public final class ErrorSummary implements ErrorHandler {
    private static final int MAX_KINDS = 64;
    private static final String OTHER = "other";
    private static final int MAX_MESSAGE_LENGTH = 500;
    private static final long MIN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long MAX_INTERVAL_NS = TimeUnit.HOURS.toNanos(1);

    /** Errors that are alike. */
    private static final class Kind {
        private long intervalNs = MIN_INTERVAL_NS;
        private long saidNs;
        private long unsaid;
    }

    private final ErrorHandler next;
    private final NanoClock clock;
    private final Map<String, Kind> kinds = new HashMap<>();

    /**
     * A summary of all errors of one source.
     *
     * @param next  told the first of each kind, and then of their number.
     * @param clock of intervals.
     */
    public ErrorSummary(final ErrorHandler next, final NanoClock clock) {
        this.next = next;
        this.clock = clock;
    }

    @Override
    public void onError(final Throwable error) {
        final long nowNs = clock.nanoTime();
        final String message = textOf(error);
        final long others;
        final boolean first;
        synchronized (kinds) {
            final String name = kindOf(error, message);
            Kind kind = kinds.get(name);
            first = kind == null;
            if (first) {
                kind = new Kind();
                kinds.put(name, kind);
            } else if (nowNs - kind.saidNs < kind.intervalNs) {
                kind.unsaid++;
                return;
            } else {
                kind.intervalNs = Math.min(kind.intervalNs * 2, MAX_INTERVAL_NS);
            }
            others = kind.unsaid;
            kind.unsaid = 0;
            kind.saidNs = nowNs;
        }
        next.onError(first || others == 0 ? error :
            new IllegalStateException(message + " (" + others + " more like this)"));
    }

    private static String textOf(final Throwable error) {
        final String message = ErrorText.of(error);
        return message.length() > MAX_MESSAGE_LENGTH ? message.substring(0, MAX_MESSAGE_LENGTH) : message;
    }

    private String kindOf(final Throwable error, final String message) {
        final String withoutNumbers = message.replaceAll("[0-9A-Fa-f]*[0-9][0-9A-Fa-f:]*", "#");
        final String name = error.getClass().getName() + ' ' + withoutNumbers;
        return kinds.size() < MAX_KINDS || kinds.containsKey(name) ? name : OTHER;
    }
}
