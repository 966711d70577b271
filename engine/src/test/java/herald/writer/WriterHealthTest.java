package herald.writer;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.stage.DispatchMark;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A destination that is reached and takes nothing, or takes something now and then: how often it is tried, and what the
 * log says.
 */
@Timeout(120)
class WriterHealthTest {
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    private Path dir;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final PrintStream standardError = System.err;
    private final ScriptedWriter writer = new ScriptedWriter();
    private BatchLog log;
    private WriterAgent agent;
    private long nowNs;

    @BeforeEach
    void open() throws IOException {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        log = new BatchLog(dir.resolve("dispatch"));
        Files.createDirectories(dir.resolve("bookmarks"));
        agent = new WriterAgent(
            new WriterAgent.Context(SystemDisk.INSTANCE, dir.resolve("dispatch"), BatchLog.LOG_ID,
                DispatchMark.at(log.position()), dir.resolve("bookmarks"), dir.resolve("dead"), true, () -> nowNs,
                () -> 1, new Random(1), (counter, amount) -> { }),
            writer, EventFilter.ALL, true);
    }

    @AfterEach
    void close() {
        System.setErr(standardError);
        if (agent != null) {
            agent.onClose();
        }
        log.close();
    }

    private List<String> lines(final String about) {
        return logged.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains(about)).toList();
    }

    private void run(final long durationNs) {
        for (final long endNs = nowNs + durationNs; nowNs < endNs; nowNs += STEP_NS) {
            agent.doWork();
        }
    }

    /** What it takes is lost when it looks for the second time. */
    private void loseWhatItTakes(final String reason) {
        final int[] looks = new int[1];
        writer.unsettled = 1;
        writer.onWrite = () -> looks[0] = 0;
        writer.onUnsettled = () -> {
            if (looks[0]++ == 1) {
                throw WriterException.retryable(0, reason, null);
            }
        };
    }

    @Test
    void shouldWaitLongerUntilSomethingHasArrived() {
        loseWhatItTakes("it closed the connection");
        log.append("a");
        run(10 * MINUTE_NS);

        assertThat(writer.delivered).hasSizeBetween(20, 50);
        assertThat(agent.isFailing()).isTrue();
        assertThat(lines("writer w does not get through")).hasSizeBetween(2, 8);
        assertThat(lines("writer w gets through again")).isEmpty();

        writer.onUnsettled = () -> { };
        run(MINUTE_NS);
        assertThat(agent.isFailing()).isTrue();
        writer.unsettled = 0;
        run(STEP_NS);
        assertThat(agent.isFailing()).isFalse();
        assertThat(lines("writer w gets through again, after ")).hasSize(1);
    }

    @Test
    void shouldSumUpWhereItFailsAndGetsThroughInTurn() {
        final int events = 1_000;
        for (int i = 0; i < events; i++) {
            log.append("e" + i);
            writer.onWrite = () -> {
                writer.onWrite = () -> { };
                throw WriterException.retryable(0, "port 514 refuses", null);
            };
            run(TimeUnit.SECONDS.toNanos(2));
        }
        assertThat(writer.delivered).hasSize(events);
        assertThat(lines("writer w ")).hasSizeBetween(4, 40);
        assertThat(lines("more like this")).isNotEmpty();
    }

    @Test
    void shouldTellAnotherReasonAndAnotherOutageAtOnce() {
        writer.onWrite = () -> {
            throw WriterException.retryable(0, "nobody listens", null);
        };
        log.append("a");
        run(MINUTE_NS);
        writer.onWrite = () -> {
            throw WriterException.retryable(0, "the certificate is over", null);
        };
        run(MINUTE_NS);
        assertThat(lines("the certificate is over")).isNotEmpty();

        writer.onWrite = () -> { };
        run(20 * MINUTE_NS);
        final int before = lines("nobody listens").size();
        writer.onWrite = () -> {
            throw WriterException.retryable(0, "nobody listens", null);
        };
        log.append("b");
        run(STEP_NS);
        assertThat(lines("nobody listens")).hasSize(before + 1);
    }

    @Test
    void shouldAskForWhatIsUnsettledAtItsEndThoughItFailedBefore() throws IOException {
        writer.onWrite = () -> {
            writer.onWrite = () -> { };
            throw WriterException.retryable(0, "refused", null);
        };
        writer.unsettled = 1;
        log.append("a");
        run(MINUTE_NS);
        assertThat(agent.isFailing()).isTrue();
        writer.unsettledAtFinish = 0;
        agent.onClose();
        agent = null;

        try (Bookmark bookmark = Bookmark.open(
            SystemDisk.INSTANCE, dir.resolve("bookmarks").resolve("w" + Bookmark.SUFFIX), false)) {
            assertThat(bookmark.position()).isEqualTo(log.position());
        }
    }
}
