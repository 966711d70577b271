package herald.writers.syslog;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** When the system is asked for acknowledgements, with a clock that a test moves, and answers that take time. */
@Timeout(120)
class AcknowledgementsTest {
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(25);
    private static final int LENGTH = 500;

    private final SentMessages sent = new SentMessages(100_000);
    private long nowNs = Long.MAX_VALUE - SILENCE_NS;
    private long answerNs;
    private long written;
    private long queue;
    private int questions;
    private Acknowledgements acknowledgements;
    private long windowNs;

    @BeforeEach
    void begin() {
        begin(5);
    }

    private void begin(final long windowSeconds) {
        windowNs = TimeUnit.SECONDS.toNanos(windowSeconds);
        acknowledgements = new Acknowledgements(sent, windowNs, SILENCE_NS, () -> nowNs);
        acknowledgements.begin(() -> written, () -> {
            questions++;
            nowNs += answerNs;
            return queue;
        });
    }

    private void send() {
        written += LENGTH;
        sent.add(1, written, nowNs);
    }

    private void look() throws IOException {
        acknowledgements.look(nowNs);
        sent.settleUntil(nowNs - windowNs);
    }

    /** Some looks, each a step later, and a message with every second one. */
    private int largestSizeInSteps(final int steps, final boolean sends) throws IOException {
        int largest = 0;
        for (int i = 0; i < steps; i++) {
            if (sends && i % 2 == 0) {
                send();
            }
            nowNs += STEP_NS;
            look();
            largest = Math.max(largest, sent.size());
        }
        return largest;
    }

    @Test
    void shouldAskForNothingWhereNothingIsOnItsWay() throws IOException {
        largestSizeInSteps(1_000, false);
        assertThat(questions).isZero();
    }

    /** Of 20 s, with five messages a second. */
    @ParameterizedTest
    @CsvSource({"0, 3, 5", "100, 1, 4", "10000, 1, 3"})
    void shouldAskOnceInAWindowAndRarerWhereAnswersTakeLong(final long answerMs, final int least, final int most)
        throws IOException {
        answerNs = TimeUnit.MILLISECONDS.toNanos(answerMs);
        final long endNs = nowNs + TimeUnit.SECONDS.toNanos(20);
        while (nowNs - endNs < 0) {
            largestSizeInSteps(2, true);
        }
        assertThat(questions).isBetween(least, most);
        largestSizeInSteps(300, false);
        assertThat(sent.size()).isZero();
    }

    /** A window that is short must not ask with each message either. */
    @Test
    void shouldSpendOneHundredthOfTheTimeAtMostWithQuestions() throws IOException {
        begin(0);
        answerNs = TimeUnit.MILLISECONDS.toNanos(50);
        final long beganNs = nowNs;
        largestSizeInSteps(1_200, true);
        assertThat(questions).isPositive();
        assertThat(questions * answerNs).isLessThanOrEqualTo((nowNs - beganNs) / 100 + answerNs);
    }

    @Test
    void shouldSettleWhatIsAcknowledgedWhileMoreIsOnItsWay() throws IOException {
        queue = 3 * LENGTH;
        assertThat(largestSizeInSteps(2_000, true)).isLessThan(40);
    }

    @ParameterizedTest
    @CsvSource({"5", "0", "3600"})
    void shouldNoticeAfterTheLimitThatNothingIsAcknowledgedAnyMore(final long windowSeconds) throws IOException {
        begin(windowSeconds);
        largestSizeInSteps(100, true);
        final long vanishedNs = nowNs;
        final long before = written;
        assertThatThrownBy(() -> {
            for (int i = 0; i < 1_000; i++) {
                send();
                queue = written - before;
                nowNs += STEP_NS;
                look();
            }
        }).hasMessage("its host acknowledged nothing for 25 s");
        assertThat(nowNs - vanishedNs).isBetween(SILENCE_NS, TimeUnit.SECONDS.toNanos(30) + 2 * STEP_NS);
    }

    @Test
    void shouldNotCallAHostSilentThatIsSlow() throws IOException {
        final long[] start = {written};
        for (int i = 0; i < 2_000; i++) {
            send();
            start[0] += LENGTH / 10;
            queue = written - start[0];
            nowNs += STEP_NS;
            look();
        }
        assertThat(sent.size()).isPositive();
    }

    @Test
    void shouldWaitForTheConnectionToSayThatItIsBrokenWhereTheSystemDoesNotHaveItAnyMore() throws IOException {
        send();
        queue = TcpQueue.GONE;
        nowNs += windowNs;
        look();
        assertThat(sent.size()).isOne();
    }

    @Test
    void shouldTakeForAcknowledgedWhatTheSystemDoesNotTell() throws IOException {
        send();
        queue = TcpQueue.NOT_TOLD;
        nowNs += windowNs;
        look();
        assertThat(sent.size()).isZero();
    }
}
