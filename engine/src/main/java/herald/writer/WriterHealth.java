package herald.writer;

import herald.stage.ProxyCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * Whether a writer gets through, and when it is tried again where it does not: after waits that grow. Owned by the
 * writer's agent; what it says of now may be asked by any thread.
 */
final class WriterHealth {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);
    private static final long MIN_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_BACKOFF_NS = TimeUnit.SECONDS.toNanos(30);

    private final WriterAgent.Context context;
    private final String name;
    private final WriterStatus status;
    private long backoffNs = MIN_BACKOFF_NS;
    private long retryNs;
    private volatile boolean failing;

    WriterHealth(final WriterAgent.Context context, final String name, final WriterStatus status) {
        this.context = context;
        this.name = name;
        this.status = status;
        status.set(WriterStatus.Field.FAILING_SINCE_MS, 0);
    }

    /** Whether deliveries fail. Any thread. */
    boolean isFailing() {
        return failing;
    }

    /** Whether it is too early to try again. */
    boolean isWaiting() {
        return failing && context.nanoClock().nanoTime() - retryNs < 0;
    }

    void onFailure(final String reason) {
        context.counters().increment(ProxyCounter.DELIVERY_RETRIES);
        status.add(WriterStatus.Field.RETRIES, 1);
        if (!failing) {
            status.set(WriterStatus.Field.FAILING_SINCE_MS,
                TimeUnit.NANOSECONDS.toMillis(context.wallClock().nanoTime()));
            LOGGER.warn("writer {} does not get through, it tries again: {}", name, DeadLetters.printable(reason));
        }
        failing = true;
        retryNs = context.nanoClock().nanoTime() + backoffNs / 2 + context.random().nextLong(backoffNs / 2 + 1);
        backoffNs = Math.min(backoffNs * 2, MAX_BACKOFF_NS);
    }

    void onSuccess() {
        if (failing) {
            LOGGER.info("writer {} gets through again", name);
            status.set(WriterStatus.Field.FAILING_SINCE_MS, 0);
            failing = false;
            backoffNs = MIN_BACKOFF_NS;
        }
    }
}
