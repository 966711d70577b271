package herald.recorder;

import herald.events.ClusterEvents;
import herald.link.Profile;
import herald.wire.RejectReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recorder's side of the link through a real media driver: what is sent, resent and trimmed, and when it asks anew.
 */
@Timeout(120)
class RecorderLinkTest {
    @TempDir
    private Path dir;
    private LinkFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LinkFixture(dir);
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private void launch() {
        fixture.recorder = EventRecorder.launch(fixture.context());
    }

    private void awaitSent(final int events) {
        fixture.stepUntil(() -> fixture.proxy.sequences.size() >= events);
    }

    @Test
    void shouldSendWhatIsSpooledFromTheOneAfterTheAcceptedAndTrimWhatIsDurable() {
        launch();
        fixture.record(10);
        fixture.recorder.close();
        launch();
        fixture.startDriver();
        fixture.open(1, 4, 2);
        awaitSent(6);
        assertThat(fixture.proxy.hellos).containsExactly("1 from 1");
        assertThat(fixture.recorder.acknowledgedSequence()).isEqualTo(2);

        fixture.proxy.ack(1, 9);
        fixture.stepUntil(() -> fixture.recorder.acknowledgedSequence() == 9);
        fixture.record(1);
        awaitSent(7);

        assertThat(fixture.proxy.sequences).isEqualTo(SpoolFixture.range(5, 11));
        assertThat(fixture.errors).isEmpty();
    }

    @Test
    void shouldTakeNoTimerOfItsClientForWork() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        final long before = fixture.proxy.othersKeptAliveMs();

        final AtomicInteger work = new AtomicInteger();
        LinkFixture.await(() -> {
            work.addAndGet(fixture.recorder.conductorInvoker().invoke());
            return fixture.proxy.othersKeptAliveMs() > before;
        });

        assertThat(work).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void shouldHaveAsMuchOnItsWayAsItsProfileSays(final Profile profile) {
        fixture.recorder = EventRecorder.launch(fixture.context().profile(profile));
        fixture.startDriver();
        fixture.open(1, 0, 0);

        assertThat(fixture.proxy.termLength()).isEqualTo(profile.ipcTermLength())
            .isEqualTo(profile == Profile.THROUGHPUT ? 4 * 1024 * 1024 : 256 * 1024);
    }

    @Test
    void shouldSayHelloAgainToANewRunOfTheProxy() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.record(3);
        awaitSent(3);
        fixture.proxy.ack(2, 3);
        fixture.awaitHello("2 from 1");
        fixture.proxy.welcome(2, 1, 1);
        awaitSent(5);

        assertThat(fixture.proxy.sequences).containsExactly(1L, 2L, 3L, 2L, 3L);
        assertThat(fixture.recorder.acknowledgedSequence()).isEqualTo(1);
    }

    @Test
    void shouldSayHelloAgainAfterAGap() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.record(3);
        awaitSent(3);
        fixture.proxy.reject(RejectReason.GAP);
        fixture.awaitHello("2 from 1");

        assertThat(fixture.recorder.isLive()).isFalse();
        assertThat(fixture.recorder.counter(RecorderCounter.REJECTS)).isOne();
    }

    @Test
    void shouldWaitAndTellWhereTheSessionIsRefused() {
        launch();
        fixture.startDriver();
        fixture.awaitHello("1 from 1");
        fixture.proxy.reject(RejectReason.SESSION_ACTIVE);
        fixture.stepUntil(() -> !fixture.errors.isEmpty());
        fixture.advanceMs(499);
        fixture.step();
        assertThat(fixture.proxy.hellos).hasSize(1);
        fixture.advanceMs(2);
        fixture.awaitHello("2 from 1");

        assertThat(fixture.errors).singleElement().asString().contains("SESSION_ACTIVE", "cmd");
    }

    @Test
    void shouldSayHelloAgainWhereNoAcknowledgementComes() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.advanceMs(60_000);
        fixture.step();
        assertThat(fixture.proxy.hellos).as("nothing waits").hasSize(1);
        fixture.record(2);
        awaitSent(2);
        fixture.advanceMs(5_001);
        fixture.awaitHello("2 from 1");
    }

    @Test
    void shouldSayHelloAgainWhereItsRepliesHaveEndedThoughTheProxyStillListens() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.record(3);
        awaitSent(3);
        fixture.proxy.endReplies();
        fixture.awaitHello("2 from 1");
        fixture.proxy.welcome(1, 1, 1);
        awaitSent(5);

        assertThat(fixture.proxy.sequences).containsExactly(1L, 2L, 3L, 2L, 3L);
    }

    @Test
    void shouldSayHelloAgainWhereNoWelcomeComes() {
        launch();
        fixture.startDriver();
        fixture.awaitHello("1 from 1");
        fixture.advanceMs(501);
        fixture.awaitHello("2 from 1");
        fixture.advanceMs(999);
        fixture.step();
        assertThat(fixture.recorder.counter(RecorderCounter.HELLOS)).as("the next one waits longer").isEqualTo(2);
        fixture.advanceMs(2);
        fixture.awaitHello("3 from 1");
        fixture.advanceMs(8_001);
        fixture.awaitHello("4 from 1");
        fixture.proxy.welcome(1, 0, 0);
        fixture.stepUntil(fixture.recorder::isLive);
    }

    @Test
    void shouldRebuildItsClientForAnotherMediaDriverAndLoseNothing() {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        fixture.record(5);
        awaitSent(5);
        fixture.proxy.ack(1, 2);
        fixture.stepUntil(() -> fixture.recorder.acknowledgedSequence() == 2);
        fixture.stopDriver();
        fixture.record(5);
        fixture.startDriver();
        fixture.advanceMs(300);
        fixture.stepUntil(() -> {
            fixture.advanceMs(10);
            return !fixture.proxy.hellos.isEmpty();
        });
        fixture.awaitHello("from 3");
        fixture.proxy.welcome(2, 2, 2);
        awaitSent(8);

        assertThat(fixture.proxy.sequences).isEqualTo(SpoolFixture.range(3, 10));
        assertThat(fixture.recorder.counter(RecorderCounter.CLIENT_REBUILDS)).isPositive();
    }

    @Test
    void shouldTellWhereTheProxyHasAcceptedMoreThanTheSpoolHolds() {
        launch();
        fixture.record(2);
        fixture.startDriver();
        fixture.awaitHello("1 from 1");
        fixture.proxy.welcome(1, 3, 3);
        fixture.stepUntil(() -> !fixture.errors.isEmpty());

        assertThat(fixture.errors).singleElement().asString().contains("put back to an older state");
        assertThat(fixture.recorder.isLive()).isFalse();
    }

    @Test
    void shouldSendEventsThatWereRecordedUnderAHigherLimit() {
        fixture.recorder = EventRecorder.launch(
            fixture.context().spoolLength(1024 * 1024).maxEventLength(64 * 1024));
        assertThat(fixture.recorder.record(ClusterEvents.LEADER_LOST, null, "x".repeat(60_000), null)).isOne();
        fixture.recorder.close();
        launch();
        fixture.record(1);
        fixture.startDriver();
        fixture.open(1, 0, 0);
        awaitSent(2);

        assertThat(fixture.proxy.sequences).containsExactly(1L, 2L);
    }

    @Test
    void shouldLeaveABacklogToTheConductor() {
        fixture.recorder = EventRecorder.launch(fixture.context().spoolLength(1024 * 1024));
        fixture.record(3_000);
        fixture.startDriver();
        fixture.open(1, 0, 0);
        final int[] seen = {-1};
        LinkFixture.await(() -> {
            final int before = seen[0];
            fixture.proxy.step();
            seen[0] = fixture.proxy.sequences.size();
            return seen[0] == before && seen[0] > 0;
        });
        assertThat(seen[0]).as("held back by the link").isLessThan(3_000);

        final int[] recorded = {0};
        final long[] most = {0};
        LinkFixture.await(() -> {
            final long before = fixture.recorder.counter(RecorderCounter.SENT);
            fixture.record(1);
            recorded[0]++;
            most[0] = Math.max(most[0], fixture.recorder.counter(RecorderCounter.SENT) - before);
            return most[0] > 0;
        });
        assertThat(most[0]).isLessThanOrEqualTo(8);
        awaitSent(3_000 + recorded[0]);
        assertThat(fixture.proxy.sequences).isEqualTo(SpoolFixture.range(1, 3_000 + recorded[0]));
    }
}
