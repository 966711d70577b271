package herald.writer;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.stage.DispatchMark;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A writer whose events may be lost after it took them: its bookmark trails, and what was lost comes again.
 */
@Timeout(120)
class UnsettledEventsTest {
    @TempDir
    private Path dir;
    private final Map<CounterId, Long> counters = new HashMap<>();
    private BatchLog log;
    private ScriptedWriter writer;
    private WriterAgent agent;
    private long nowNs;

    @BeforeEach
    void open() throws IOException {
        log = new BatchLog(dir.resolve("dispatch"));
        Files.createDirectories(dir.resolve("bookmarks"));
        start(EventFilter.ALL);
    }

    @AfterEach
    void close() {
        agent.onClose();
        log.close();
    }

    private void start(final EventFilter filter) throws IOException {
        start(filter, true, DispatchMark.at(log.position()));
    }

    private void start(final EventFilter filter, final boolean oldest, final DispatchMark begin)
        throws IOException {
        writer = new ScriptedWriter();
        agent = new WriterAgent(
            new WriterAgent.Context(SystemDisk.INSTANCE, dir.resolve("dispatch"), BatchLog.LOG_ID,
                begin, dir.resolve("bookmarks"), dir.resolve("dead"), true, () -> nowNs, () -> 1, new Random(1),
                (counter, amount) -> counters.merge(counter, amount, Long::sum)),
            writer, filter, oldest);
    }

    private String place() throws IOException {
        try (Bookmark bookmark = Bookmark.open(
            SystemDisk.INSTANCE, dir.resolve("bookmarks").resolve("w" + Bookmark.SUFFIX), false)) {
            return bookmark.position() + "/" + bookmark.index();
        }
    }

    private void step(final int times) {
        for (int i = 0; i < times; i++) {
            nowNs += TimeUnit.MINUTES.toNanos(1);
            agent.doWork();
        }
    }

    @Test
    void shouldKeepTheBookmarkBeforeWhatMayBeLost() throws IOException {
        final long first = log.append("a", "b", "c");
        final long second = log.append("d", "e");
        writer.unsettled = 2;
        step(1);
        assertThat(place()).isEqualTo(first + "/1");

        writer.unsettled = 4;
        step(1);
        assertThat(writer.delivered).containsExactly("a", "b", "c", "d", "e");
        assertThat(place()).isEqualTo(first + "/1");
        assertThat(agent.takenPosition()).isEqualTo(log.position());

        writer.unsettled = 1;
        step(1);
        assertThat(place()).isEqualTo(second + "/1");
        assertThat(counters.get(ProxyCounter.DELIVERED)).isEqualTo(4);

        writer.unsettled = 0;
        step(1);
        assertThat(place()).isEqualTo(log.position() + "/0");
        assertThat(counters.get(ProxyCounter.DELIVERED)).isEqualTo(5);
    }

    @Test
    void shouldBeginWhereItsMarkIsAndNotBeforeItIsReached() throws IOException {
        agent.onClose();
        Bookmark.forget(SystemDisk.INSTANCE, dir.resolve("bookmarks"), "w");
        final DispatchMark mark = new DispatchMark();
        start(EventFilter.ALL, false, mark);
        log.append("a");
        step(2);
        assertThat(agent.hasBegun()).isFalse();
        mark.reach(log.position(), 0);
        log.append("b");
        step(2);

        assertThat(agent.hasBegun()).isTrue();
        assertThat(writer.delivered).containsExactly("b");
    }

    @Test
    void shouldGoBackWhereItsDestinationHasLostWhatItGot() throws IOException {
        log.append("a");
        final long kept = log.append("b");
        log.append("c");
        step(4);
        writer.onUnsettled = () -> {
            writer.onUnsettled = () -> { };
            throw WriterException.wayBack(kept, "restored");
        };
        step(1);
        assertThat(place()).isEqualTo(kept + "/0");
        assertThat(agent.isFailing()).isFalse();
        step(4);

        assertThat(writer.delivered).containsExactly("a", "b", "c", "b", "c");
        assertThat(counters.get(ProxyCounter.WAYS_BACK)).isEqualTo(1);
        assertThat(place()).isEqualTo(log.position() + "/0");
    }

    @Test
    void shouldCountWhatItsDestinationPutAside() {
        log.append("a");
        writer.deadLetters = 2;
        step(2);

        assertThat(counters.get(ProxyCounter.DEAD_LETTERS_THERE)).isEqualTo(2);
        assertThat(counters.get(ProxyCounter.DEAD_LETTERS)).isNull();
    }

    @Test
    void shouldGiveAgainWhatWasLost() throws IOException {
        log.append("a", "b", "c");
        log.append("d");
        writer.unsettled = 2;
        step(1);
        writer.unsettled = 3;
        writer.onUnsettled = () -> {
            writer.onUnsettled = () -> { };
            writer.unsettled = 0;
            throw WriterException.retryable(0, "connection reset", null);
        };

        step(3);

        assertThat(writer.delivered).containsExactly("a", "b", "c", "d", "b", "c", "d");
        assertThat(place()).isEqualTo(log.position() + "/0");
        assertThat(agent.isFailing()).isFalse();
    }

    @Test
    void shouldGiveAgainWhatWasLostWhileThereIsNothingNew() {
        log.append("a");
        writer.unsettled = 1;
        step(2);
        writer.onUnsettled = () -> {
            writer.onUnsettled = () -> { };
            throw WriterException.retryable(0, "connection reset", null);
        };

        step(2);

        assertThat(writer.delivered).containsExactly("a", "a");
    }

    @Test
    void shouldGiveAgainWhatWasUnsettledWhenItEnded() throws IOException {
        log.append("a", "b", "c");
        writer.unsettled = 2;
        writer.unsettledAtFinish = 1;
        step(1);
        agent.onClose();

        start(EventFilter.ALL);
        step(1);

        assertThat(writer.delivered).containsExactly("c");
    }

    @Test
    void shouldWaitWhereTheWriterHasNoRoom() {
        log.append("a", "b", "c");
        writer.limit = 2;
        writer.unsettled = 2;
        step(1);
        writer.limit = 0;
        step(2);
        assertThat(agent.isFailing()).isFalse();

        writer.limit = 3;
        writer.unsettled = 0;
        step(1);

        assertThat(writer.delivered).containsExactly("a", "b", "c");
    }

    @Test
    void shouldPassHiddenEventsBehindUnsettledOnes() throws IOException {
        agent.onClose();
        start(EventFilter.builder().message("^v").build());
        log.append("va", "b");
        log.append("c", "d");
        log.append("ve");
        writer.unsettled = 1;
        step(2);
        assertThat(place()).isEqualTo("0/0");
        assertThat(counters.get(ProxyCounter.FILTERED)).isEqualTo(3);

        writer.unsettled = 2;
        writer.onUnsettled = () -> {
            writer.onUnsettled = () -> { };
            writer.unsettled = 0;
            throw WriterException.retryable(0, "connection reset", null);
        };
        step(6);

        assertThat(writer.delivered).containsExactly("va", "ve", "va", "ve");
        assertThat(place()).isEqualTo(log.position() + "/0");
        assertThat(counters.get(ProxyCounter.FILTERED)).isEqualTo(3);
    }

    @Test
    void shouldSettleManyInPieces() throws IOException {
        for (int i = 0; i < 50; i++) {
            log.append(messages(i));
        }
        writer.onUnsettled = () -> writer.unsettled = Math.min(writer.delivered.size(), 1_500);
        while (writer.delivered.size() < 5_000) {
            step(1);
        }
        assertThat(counters.get(ProxyCounter.DELIVERED)).isEqualTo(3_500);
        writer.onUnsettled = () -> writer.unsettled = 0;
        step(1);
        assertThat(place()).isEqualTo(log.position() + "/0");
        assertThat(writer.delivered).hasSize(5_000).doesNotHaveDuplicates();
    }

    private static String[] messages(final int batch) {
        final String[] messages = new String[100];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = batch + "-" + i;
        }
        return messages;
    }

    @Test
    void shouldTakeNonsenseForAFailure() {
        log.append("a");
        writer.unsettled = 2;

        step(1);

        assertThat(agent.isFailing()).isTrue();
        assertThat(counters.get(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(1);
    }
}
