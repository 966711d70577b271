package herald.engine;

import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.stage.ProxyCounter;
import herald.verify.Verification;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts with a wall clock that is years ahead, or not set: nothing is released for its age, it is told and counted,
 * and journal time finds back, while the proxy runs and at the next start.
 */
@Timeout(120)
class ClockLeapTest {
    private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);
    private static final long TEN_YEARS_NS = 3_650 * DAY_NS;
    private static final int ACTIONS = 3_000;

    @TempDir
    private Path dir;
    private final AtomicLong offsetNs = new AtomicLong();
    private SteppedNode node;

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 11);
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    @Test
    void shouldReleaseNothingAfterALeapAndFindBackWhileItRuns() throws IOException {
        run();
        offsetNs.set(TEN_YEARS_NS);
        for (int start = 0; start < 2; start++) {
            start();
            work();
            assertThat(counted(ProxyCounter.SEGMENTS_RELEASED)).isZero();
            assertThat(counted(ProxyCounter.CLOCK_LEAPS)).isEqualTo(1);
            assertThat(counted(ProxyCounter.CLOCK_UNPROVED_MS)).isPositive();
            assertThat(lastJournalTimeNs()).isGreaterThan(node.clock().nanoTime() + TEN_YEARS_NS / 2);
            stop();
        }
        start();
        work();

        offsetNs.set(0);
        node.stepUntil("it is found out", () -> counted(ProxyCounter.CLOCK_UNPROVED_MS) == 0);
        work();

        assertThat(counted(ProxyCounter.CLOCK_LEAPS)).isEqualTo(2);
        assertFoundBack();
    }

    @Test
    void shouldFindBackAtTheNextStart() throws IOException {
        run();
        offsetNs.set(TEN_YEARS_NS);
        run();
        offsetNs.set(0);

        start();
        work();

        assertThat(counted(ProxyCounter.CLOCK_LEAPS)).isEqualTo(2);
        assertThat(counted(ProxyCounter.CLOCK_UNPROVED_MS)).isZero();
        assertThat(counted(ProxyCounter.SEGMENTS_RELEASED)).isZero();
        assertFoundBack();
    }

    @Test
    void shouldGoToAClockThatIsSetLater() throws IOException {
        offsetNs.set(-node.clock().nanoTime());
        start();
        work();
        assertThat(lastJournalTimeNs()).isLessThan(DAY_NS);

        offsetNs.set(0);
        node.stepUntil("it is found out", () -> counted(ProxyCounter.CLOCK_LEAPS) == 1);
        work();

        assertFoundBack();
    }

    @Test
    void shouldReleaseAfterADayWithTheSameClock() throws IOException {
        run();
        offsetNs.set(20 * DAY_NS);
        start();
        work();
        assertThat(counted(ProxyCounter.SEGMENTS_RELEASED)).isZero();

        node.clock().advance(DAY_NS);
        node.stepUntil("it has proved right", () -> counted(ProxyCounter.CLOCK_UNPROVED_MS) == 0);
        node.stepUntil("what is old is released", () -> counted(ProxyCounter.SEGMENTS_RELEASED) > 0);
    }

    @Test
    void shouldTellNothingOfAStopThatTheUptimeExplains() throws IOException {
        run();
        offsetNs.set(20 * DAY_NS);
        node.startRecorders();
        node.startProxy(context().uptime(() -> 30 * DAY_NS));
        node.stepUntil("what is old is released", () -> counted(ProxyCounter.SEGMENTS_RELEASED) > 0);

        assertThat(counted(ProxyCounter.CLOCK_LEAPS)).isZero();
    }

    private void assertFoundBack() throws IOException {
        assertThat(Math.abs(lastJournalTimeNs() - node.clock().nanoTime())).isLessThan(DAY_NS);
        stop();
        node.check("after the clock was set", true);
        assertThat(Verification.of(SystemDisk.INSTANCE, node.dir()).damages()).isEmpty();
        run();
        node.check("after another start", true);
        assertThat(Verification.of(SystemDisk.INSTANCE, node.dir()).damages()).isEmpty();
    }

    private EventProxy.Context context() {
        return node.context().clock(() -> node.clock().nanoTime() + offsetNs.get())
            .uptime(() -> TimeUnit.HOURS.toNanos(1)).journalRetentionNs(7 * DAY_NS);
    }

    private void start() throws IOException {
        node.startRecorders();
        node.startProxy(context());
    }

    private void run() throws IOException {
        start();
        work();
        stop();
    }

    private void stop() {
        node.stopProxy();
        node.stopRecorders();
    }

    private void work() {
        node.work(ACTIONS);
        node.settle();
        node.clock().advance(TimeUnit.SECONDS.toNanos(2));
        node.work(10);
        node.settle();
    }

    private long counted(final ProxyCounter counter) {
        return node.proxy().counters().get(counter);
    }

    private long lastJournalTimeNs() {
        long lastNs = 0;
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(node.dir()), 0, damage -> { })) {
            while (reader.next()) {
                lastNs = reader.journalTimeNs();
            }
        }
        return lastNs;
    }
}
