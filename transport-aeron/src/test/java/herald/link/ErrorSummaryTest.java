package herald.link;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nobody who makes the same thing fail again and again fills a log.
 */
@Timeout(60)
class ErrorSummaryTest {
    private final List<Throwable> said = new ArrayList<>();
    private long nowNs = TimeUnit.HOURS.toNanos(1);
    private final ErrorSummary summary = new ErrorSummary(said::add, () -> nowNs);

    @Test
    void shouldSayTheFirstOfAKindAndThenHowManyThereWere() {
        final Exception first = new IllegalStateException("failed to send datagram to /10.0.0.1:4711");
        summary.onError(first);
        for (int i = 0; i < 20_000; i++) {
            summary.onError(new IllegalStateException("failed to send datagram to /10.0.0." + i % 250 + ":" + i));
        }
        assertThat(said).containsExactly(first);

        nowNs += TimeUnit.SECONDS.toNanos(10);
        summary.onError(new IllegalStateException("failed to send datagram to /10.0.0.9:9"));
        assertThat(said).hasSize(2);
        assertThat(said.get(1)).hasMessage("failed to send datagram to /10.0.0.9:9 (20000 more like this)");
    }

    @Test
    void shouldSayOthersAtOnce() {
        summary.onError(new IllegalStateException("one"));
        summary.onError(new IllegalArgumentException("one"));
        summary.onError(new IllegalStateException("another"));
        summary.onError(new NullPointerException());

        assertThat(said).hasSize(4);
    }

    @Test
    void shouldSayItLessOftenTheLongerItLasts() {
        for (int second = 0; second < 3_600; second++) {
            summary.onError(new IllegalStateException("again"));
            nowNs += TimeUnit.SECONDS.toNanos(1);
        }
        assertThat(said).hasSizeBetween(5, 12);
    }

    @Test
    void shouldRememberSoManyKindsOnlyHoweverManySomebodyMakes() {
        for (int i = 0; i < 100_000; i++) {
            summary.onError(new IllegalStateException("x".repeat(i % 400) + i % 7 + "y".repeat(i % 90)));
        }
        assertThat(said).hasSizeLessThan(100);
    }

    @Test
    void shouldKeepToOneLine() {
        for (int i = 0; i < 3; i++) {
            summary.onError(new IllegalStateException("a\nforged line\r\u001b[31m"));
        }
        nowNs += TimeUnit.SECONDS.toNanos(10);
        summary.onError(new IllegalStateException("a\nforged line\r\u001b[31m"));

        assertThat(said.get(1)).hasMessage("a\\nforged line\\r\\u001B[31m (2 more like this)");
    }

    @Test
    void shouldSayWhatComesAgainAlone() {
        summary.onError(new IllegalStateException("alone"));
        nowNs += TimeUnit.SECONDS.toNanos(10);
        summary.onError(new IllegalStateException("alone"));

        assertThat(said.get(1)).hasMessage("alone");
    }
}
