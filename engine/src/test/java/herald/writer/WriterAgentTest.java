package herald.writer;

import herald.event.EventFilter;
import herald.events.Severity;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.stage.DispatchMark;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.AgentTerminationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One writer's agent, stepped by hand: when its bookmark moves, what it tries again, what it gives up.
 */
@Timeout(120)
class WriterAgentTest {
    private static final long MAX_WAIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long WALL_MS = 1_700_000_000_000L;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    private Path dir;
    private final Map<CounterId, Long> counters = new HashMap<>();
    private BatchLog log;
    private ScriptedWriter writer = new ScriptedWriter();
    private WriterAgent agent;
    private long nowNs = Long.MAX_VALUE - 1_000;

    @BeforeEach
    void openLog() {
        log = new BatchLog(dir.resolve("dispatch"));
    }

    @AfterEach
    void close() {
        closeAgent();
        log.close();
    }

    private void closeAgent() {
        if (agent != null) {
            agent.onClose();
            agent = null;
        }
    }

    private void start(final EventFilter filter, final boolean oldest, final UUID logId) throws IOException {
        closeAgent();
        writer = new ScriptedWriter();
        Files.createDirectories(dir.resolve("bookmarks"));
        agent = new WriterAgent(
            new WriterAgent.Context(SystemDisk.INSTANCE, dir.resolve("dispatch"), logId,
                DispatchMark.at(log.position()), dir.resolve("bookmarks"), dir.resolve("dead"), true, () -> nowNs,
                () -> TimeUnit.MILLISECONDS.toNanos(WALL_MS), new Random(1),
                (counter, amount) -> counters.merge(counter, amount, Long::sum)),
            writer, filter, oldest);
    }

    private void start(final boolean oldest) throws IOException {
        start(EventFilter.ALL, oldest, BatchLog.LOG_ID);
    }

    private Path bookmarkFile() {
        return dir.resolve("bookmarks").resolve("w" + Bookmark.SUFFIX);
    }

    private String place() throws IOException {
        try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, bookmarkFile(), false)) {
            return bookmark.position() + "/" + bookmark.index();
        }
    }

    private void drain() {
        for (int i = 0; i < 1_000 && agent.doWork() > 0; i++) {
            nowNs += MAX_WAIT_NS;
        }
    }

    private long counted(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    @Test
    void shouldMoveTheBookmarkOnlyAfterDeliveryAndFlush() throws IOException {
        start(true);
        final long first = log.append("a", "b", "c");
        writer.limit = 1;
        final List<String> places = new ArrayList<>();
        writer.onFlush = () -> places.add(place());

        drain();

        assertThat(writer.delivered).containsExactly("a", "b", "c");
        assertThat(places).containsExactly("0/0", first + "/1", first + "/2");
        assertThat(place()).isEqualTo(log.position() + "/0");
        assertThat(agent.deliveredPosition()).isEqualTo(log.position());
        assertThat(counted(ProxyCounter.DELIVERED)).isEqualTo(3);
    }

    @Test
    void shouldNotMoveTheBookmarkWhereTheFlushFails() throws IOException {
        start(true);
        log.append("a");
        writer.onFlush = () -> {
            throw WriterException.retryable(0, "not flushed", null);
        };
        for (int i = 0; i < 3; i++) {
            agent.doWork();
            nowNs += MAX_WAIT_NS;
        }
        assertThat(place()).isEqualTo("0/0");
        assertThat(writer.delivered).containsExactly("a", "a", "a");
        assertThat(counted(ProxyCounter.DELIVERED)).isZero();
    }

    @Test
    void shouldTryAgainForEverWithWaitsThatGrowToABound() throws IOException {
        start(true);
        log.append("a");
        writer.onWrite = () -> {
            throw WriterException.retryable(0, "no route", null);
        };
        final List<Long> waits = new ArrayList<>();
        assertThat(agent.doWork()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            waits.add(stepToNextTry());
            assertThat(agent.isFailing()).isTrue();
        }
        for (int i = 0; i < waits.size(); i++) {
            final long bound = Math.min(MAX_WAIT_NS, TimeUnit.MILLISECONDS.toNanos(100) << i);
            assertThat(waits.get(i)).isBetween(bound / 2, bound + STEP_NS);
        }
        assertThat(counted(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(21);
        nowNs += MAX_WAIT_NS;

        writer.onWrite = () -> { };
        drain();
        assertThat(writer.delivered).containsExactly("a");
        assertThat(agent.isFailing()).isFalse();
    }

    /** Steps the clock to the next try, which fails too. */
    private long stepToNextTry() {
        final long beganNs = nowNs;
        do {
            nowNs += STEP_NS;
        } while (agent.doWork() == 0);
        return nowNs - beganNs;
    }

    @Test
    void shouldPutAsideWhatWillNeverBeTakenAndGoOn() throws IOException {
        start(true);
        final long first = log.append("a", "bad\n1", "b", "bad2");
        final long second = log.append("bad3", "c");

        drain();

        assertThat(writer.delivered).contains("a", "b", "c");
        assertThat(counted(ProxyCounter.DEAD_LETTERS)).isEqualTo(3);
        assertThat(counted(ProxyCounter.DELIVERED)).isEqualTo(3);
        assertThat(counted(ProxyCounter.DELIVERY_RETRIES)).isZero();
        final List<String> lines = Files.readAllLines(dir.resolve("dead").resolve("w.txt"));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("batch=" + first + " place=1 ", "message=\"bad_1\"");
        assertThat(lines.get(1)).contains("batch=" + first + " place=3 ");
        assertThat(lines.get(2)).contains("batch=" + second + " place=0 ");
        assertThat(place()).isEqualTo(log.position() + "/0");
    }

    @Test
    void shouldKeepWhatWasDeliveredBeforeAFailure() throws IOException {
        start(true);
        final long first = log.append("a", "b", "c");
        writer.onWrite = () -> {
            throw WriterException.retryable(2, "broken pipe", null);
        };
        agent.doWork();

        assertThat(place()).isEqualTo(first + "/2");
        assertThat(counted(ProxyCounter.DELIVERED)).isEqualTo(2);
        nowNs += MAX_WAIT_NS;
        writer.onWrite = () -> { };
        drain();
        assertThat(writer.delivered).containsExactly("c");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3, Integer.MAX_VALUE})
    void shouldTryAgainWhereAWriterClaimsNonsense(final int claimed) throws IOException {
        start(true);
        log.append("a", "b");
        writer.claimed = claimed;
        agent.doWork();

        assertThat(place()).isEqualTo("0/0");
        assertThat(counted(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(1);
        assertThat(counted(ProxyCounter.DELIVERED)).isZero();
        writer.claimed = null;
        nowNs += MAX_WAIT_NS;
        drain();
        assertThat(place()).isEqualTo(log.position() + "/0");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 3, Integer.MAX_VALUE})
    void shouldTryAgainWhereAFailureClaimsNonsense(final int done) throws IOException {
        start(true);
        log.append("a", "b");
        writer.onWrite = () -> {
            throw WriterException.retryable(done, "confused", null);
        };
        agent.doWork();

        assertThat(place()).isEqualTo("0/0");
        assertThat(counted(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(1);
    }

    @Test
    void shouldTryAgainWhereAWriterThrowsWhatItShouldNot() throws IOException {
        start(true);
        log.append("a");
        writer.onWrite = () -> {
            throw new IllegalStateException("a bug");
        };
        agent.doWork();
        assertThat(agent.isFailing()).isTrue();
        writer.onWrite = () -> { };
        nowNs += MAX_WAIT_NS;
        drain();

        assertThat(writer.delivered).containsExactly("a");
        assertThat(counted(ProxyCounter.DELIVERY_RETRIES)).isEqualTo(1);
    }

    @Test
    void shouldGoOnAtItsBookmarkAfterARestartWithinAFilteredBatch() throws IOException {
        final EventFilter filter = EventFilter.builder().message("^yes").build();
        start(filter, true, BatchLog.LOG_ID);
        final long first = log.append("no1", "yes1", "no2", "no3", "yes2", "no4", "yes3");
        log.append("no5");
        log.append("yes4", "no6");
        writer.limit = 1;
        agent.doWork();
        assertThat(place()).isEqualTo(first + "/4");

        start(filter, true, BatchLog.LOG_ID);
        drain();

        assertThat(writer.delivered).containsExactly("yes2", "yes3", "yes4");
        assertThat(place()).isEqualTo(log.position() + "/0");
        start(filter, true, BatchLog.LOG_ID);
        drain();
        assertThat(writer.delivered).isEmpty();
    }

    @Test
    void shouldNotSkipAnEventThatAnotherFilterLetsPassAfterARestart() throws IOException {
        start(EventFilter.builder().message("^yes").build(), true, BatchLog.LOG_ID);
        log.append("no1", "yes1", "no2", "yes2", "no3");
        writer.limit = 1;
        agent.doWork();
        start(true);
        drain();

        assertThat(writer.delivered).containsExactly("yes2", "no3");
    }

    @Test
    void shouldBeginANewWriterAtTheEndOrAtTheOldestAsItAsks() throws IOException {
        log.append("before");
        start(false);
        log.append("after");
        drain();
        assertThat(writer.delivered).containsExactly("after");

        closeAgent();
        Bookmark.forget(SystemDisk.INSTANCE, dir.resolve("bookmarks"), "w");
        start(true);
        drain();
        assertThat(writer.delivered).containsExactly("before", "after");
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 1024})
    void shouldBeginAtTheOldestWhereTheBookmarkIsDamagedOverRestartsToo(final int length) throws IOException {
        log.append("a");
        start(false);
        closeAgent();
        final byte[] garbage = new byte[length];
        Arrays.fill(garbage, (byte)7);
        Files.write(bookmarkFile(), garbage);
        start(false);
        start(false);
        drain();

        assertThat(writer.delivered).containsExactly("a");
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(2);
    }

    @Test
    void shouldBeginAtTheOldestWhereTheBookmarkIsOfAnotherLog() throws IOException {
        start(EventFilter.ALL, false, new UUID(8, 8));
        log.append("a");
        start(false);
        drain();

        assertThat(writer.delivered).containsExactly("a");
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(1);
        start(false);
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(1);
    }

    @Test
    void shouldCountWhatWasReleasedBeforeItCame() throws IOException {
        start(true);
        log.append("first");
        drain();
        final long delivered = log.position();
        closeAgent();
        final String text = "x".repeat(4_000);
        for (int i = 0; i < 60; i++) {
            log.append(text);
        }
        log.releaseAllButTheCurrentSegment();
        start(true);
        log.append("last");
        drain();

        assertThat(writer.delivered).endsWith("last");
        assertThat(counted(ProxyCounter.WRITER_LOST_BYTES)).isEqualTo(log.segmentBase() - delivered);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldOutliveWhateverAWriterThrows(final boolean inFlush) throws IOException {
        start(true);
        log.append("a");
        for (final Throwable thrown : List.of(new StackOverflowError(), new NoClassDefFoundError("gone"),
            new OutOfMemoryError("pretended"), new InterruptedException(), new AssertionError("a bug"))) {
            final ScriptedWriter.Action action = () -> ScriptedWriter.throwAny(thrown);
            writer.onWrite = inFlush ? () -> { } : action;
            writer.onFlush = inFlush ? action : () -> { };
            assertThat(agent.doWork()).isEqualTo(1);
            assertThat(agent.isFailing()).as("after " + thrown).isTrue();
            assertThat(place()).isEqualTo("0/0");
            nowNs += MAX_WAIT_NS;
        }
        writer.onWrite = () -> { };
        writer.onFlush = () -> { };
        writer.delivered.clear();
        drain();

        assertThat(writer.delivered).containsExactly("a");
        assertThat(agent.isFailing()).isFalse();
    }

    @Test
    void shouldTakeBackAnInterruptThatAWriterLeavesBehind() throws IOException {
        start(true);
        log.append("a");
        writer.onWrite = () -> Thread.currentThread().interrupt();

        agent.doWork();

        assertThat(Thread.interrupted()).isFalse();
        assertThat(writer.delivered).containsExactly("a");
    }

    @Test
    void shouldCloseThoughItsWriterDoesNot() throws IOException {
        start(true);
        writer.onClose = () -> {
            throw new AssertionError("a bug");
        };
        closeAgent();

        assertThat(writer.closed).isTrue();
    }

    @Test
    void shouldTouchNothingAfterItWasLeftBehind() throws IOException {
        start(true);
        log.append("a");
        writer.onWrite = agent::abandon;

        assertThatThrownBy(agent::doWork).isInstanceOf(AgentTerminationException.class);

        assertThat(place()).isEqualTo("0/0");
        assertThat(counted(ProxyCounter.DELIVERED)).isZero();
    }

    @Test
    void shouldSayHowItsWriterFares() throws IOException {
        start(EventFilter.builder().minimumSeverity(Severity.INFO).build(), true, BatchLog.LOG_ID);
        log.append("a", "bad b", "c");
        drain();
        writer.onWrite = () -> {
            throw WriterException.retryable(0, "away", null);
        };
        log.append("d");
        agent.doWork();

        assertThat(statusOf(WriterStatus.Field.DELIVERED)).isEqualTo(2);
        assertThat(statusOf(WriterStatus.Field.DEAD_LETTERS)).isEqualTo(1);
        assertThat(statusOf(WriterStatus.Field.RETRIES)).isEqualTo(1);
        assertThat(statusOf(WriterStatus.Field.FAILING_SINCE_MS)).isEqualTo(WALL_MS);
        writer.onWrite = () -> { };
        nowNs += MAX_WAIT_NS;
        drain();
        assertThat(statusOf(WriterStatus.Field.FAILING_SINCE_MS)).isZero();
        assertThat(statusOf(WriterStatus.Field.DELIVERED)).isEqualTo(3);
    }

    @Test
    void shouldSayWhatAWriterIsKeptFromThatDelivers() throws IOException {
        start(true);
        writer.hindrance = "the file can't be rotated";
        log.append("a");
        agent.doWork();

        assertThat(writer.delivered).containsExactly("a");
        assertThat(agent.isFailing()).isFalse();
        assertThat(agent.hindrance()).isEqualTo("the file can't be rotated");
        assertThat(statusOf(WriterStatus.Field.HINDERED_SINCE_MS)).isEqualTo(WALL_MS);
        writer.hindrance = null;
        agent.doWork();
        assertThat(agent.hindrance()).isNull();
        assertThat(statusOf(WriterStatus.Field.HINDERED_SINCE_MS)).isZero();
    }

    @Test
    void shouldCallAWriterFailingThatDoesNotComeBack() throws IOException {
        start(true);
        log.append("a");
        final List<Object> seen = new ArrayList<>();
        writer.onWrite = () -> {
            seen.add(agent.isFailing());
            nowNs += MAX_WAIT_NS;
            seen.add(agent.isFailing());
            seen.add(statusOf(WriterStatus.Field.CALL_SINCE_MS));
        };
        agent.doWork();

        assertThat(seen).containsExactly(false, true, WALL_MS);
        assertThat(agent.isFailing()).isFalse();
        assertThat(statusOf(WriterStatus.Field.CALL_SINCE_MS)).isZero();
        assertThat(writer.delivered).containsExactly("a");
    }

    private long statusOf(final WriterStatus.Field field) throws IOException {
        try (WriterStatus status = WriterStatus.read(
            SystemDisk.INSTANCE, dir.resolve("bookmarks").resolve("w" + WriterStatus.SUFFIX))) {
            return status.get(field);
        }
    }

    @Test
    void shouldCloseItsWriter() throws IOException {
        start(true);
        closeAgent();

        assertThat(writer.closed).isTrue();
    }
}
