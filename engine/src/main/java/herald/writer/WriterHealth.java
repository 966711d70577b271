package herald.writer;

import herald.link.ErrorSummary;
import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Whether a writer gets through, and when it is tried again where it does not: after waits that grow until the
 * destination has taken something. The log says each reason once, and then sums up: one that fails and gets through in
 * turn does not fill it. Owned by the writer's agent; what it says of now may be asked by any thread.
 */
final class WriterHealth {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);
    private static final long MIN_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_BACKOFF_NS = TimeUnit.SECONDS.toNanos(30);
    /** Without a failure after which the next one is news. */
    private static final long CALM_NS = TimeUnit.MINUTES.toNanos(10);

    private final WriterAgent.Context context;
    private final String name;
    private final WriterStatus status;
    private long backoffNs = MIN_BACKOFF_NS;
    private long retryNs;
    private ErrorSummary reasons;
    private boolean told;
    private long sinceNs;
    private long failedNs;
    private long tries;
    private volatile boolean failing;
    private volatile String hindrance;

    WriterHealth(final WriterAgent.Context context, final String name, final WriterStatus status) {
        this.context = context;
        this.name = name;
        this.status = status;
        status.set(WriterStatus.Field.FAILING_SINCE_MS, 0);
        status.set(WriterStatus.Field.HINDERED_SINCE_MS, 0);
    }

    /** Whether deliveries fail. Any thread. */
    boolean isFailing() {
        return failing;
    }

    /** Whether it is too early to try again. */
    boolean isWaiting() {
        return failing && context.nanoClock().nanoTime() - retryNs < 0;
    }

    /** What a writer that delivers is kept from; null where it is kept from nothing. */
    void hindered(final String by) {
        if ((by == null) != (hindrance == null)) {
            status.set(WriterStatus.Field.HINDERED_SINCE_MS, by == null ? 0 :
                TimeUnit.NANOSECONDS.toMillis(context.wallClock().nanoTime()));
        }
        hindrance = by;
    }

    /** As the writer said last. Any thread. */
    String hindrance() {
        return hindrance;
    }

    void onFailure(final String reason) {
        final long nowNs = context.nanoClock().nanoTime();
        context.counters().increment(ProxyCounter.DELIVERY_RETRIES);
        status.add(WriterStatus.Field.RETRIES, 1);
        if (!failing) {
            status.set(WriterStatus.Field.FAILING_SINCE_MS,
                TimeUnit.NANOSECONDS.toMillis(context.wallClock().nanoTime()));
            sinceNs = nowNs;
            tries = 0;
        }
        if (reasons == null || (!failing && nowNs - failedNs >= CALM_NS)) {
            reasons = new ErrorSummary(this::tell, context.nanoClock());
        }
        failing = true;
        failedNs = nowNs;
        tries++;
        reasons.onError(new IOException(String.valueOf(reason)));
        retryNs = nowNs + backoffNs / 2 + context.random().nextLong(backoffNs / 2 + 1);
        backoffNs = Math.min(backoffNs * 2, MAX_BACKOFF_NS);
    }

    private void tell(final Throwable reason) {
        told = true;
        LOGGER.warn("writer {} does not get through, it tries again: {}", name,
            DeadLetters.printable(reason.getMessage()));
    }

    /** The destination has taken something: one that was merely reached may lose it yet. */
    void onSuccess() {
        if (!failing) {
            return;
        }
        if (told) {
            told = false;
            LOGGER.info("writer {} gets through again, after {} failures in {} s", name, tries,
                TimeUnit.NANOSECONDS.toSeconds(context.nanoClock().nanoTime() - sinceNs));
        }
        status.set(WriterStatus.Field.FAILING_SINCE_MS, 0);
        failing = false;
        backoffNs = MIN_BACKOFF_NS;
    }
}
