package herald.writers.syslog;

import herald.writer.WriterException;
import herald.writers.EventBatches;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Messages over TCP to a receiver on loopback: framing, the window, and connections that break. */
@Timeout(120)
class StreamSyslogWriterTest {
    private static final int WINDOW = 10;
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final ConditionFactory POLL =
        await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));

    private long nowNs = Long.MAX_VALUE - WINDOW_NS;

    private StreamSyslogWriter writer(final int port, final boolean octetCounting) {
        return new StreamSyslogWriter("s", new StreamSyslogWriter.Settings(
            new SyslogTarget(SyslogTarget.Protocol.TCP, "127.0.0.1", port), null, octetCounting, WINDOW, WINDOW_NS),
            new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "fleet-7/", 8_192)), () -> nowNs);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFrameWhateverIsInTheMessages(final boolean octetCounting) throws IOException, WriterException {
        final Random random = new Random(4);
        try (StreamReceiver receiver = StreamReceiver.tcp(octetCounting);
            StreamSyslogWriter writer = writer(receiver.port(), octetCounting)) {
            for (int i = 1; i <= 200; i++) {
                final String text = EventBatches.hardText(random, 300);
                assertThat(writer.write(EventBatches.of(EventBatches.event().message(text)), 0)).isEqualTo(1);
                settle(writer);
                final int expected = i;
                POLL.until(() -> receiver.messages().size() == expected);
                assertThat(SyslogMessage.parse(receiver.messages().get(i - 1)).header().get(2))
                    .isEqualTo("fleet-7/cmd");
            }
            assertThat(receiver.connections()).isEqualTo(1);
        }
    }

    /** Time goes on until everything that was sent counts as delivered; a host may acknowledge 40 ms later. */
    private void settle(final StreamSyslogWriter writer) {
        nowNs += WINDOW_NS;
        POLL.pollInterval(Duration.ofMillis(10)).until(() -> {
            nowNs += LOOK_NS;
            return writer.unsettled() == 0;
        });
    }

    @Test
    void shouldCallAnEventUnsettledUntilTheWindowIsOver() throws IOException, WriterException {
        try (StreamReceiver receiver = StreamReceiver.tcp(true);
            StreamSyslogWriter writer = writer(receiver.port(), true)) {
            assertThat(writer.write(EventBatches.numbered(3, "m"), 0)).isEqualTo(3);
            nowNs += WINDOW_NS - 1;
            assertThat(writer.unsettled()).isEqualTo(3);
            assertThat(writer.write(EventBatches.numbered(20, "m"), 0)).isEqualTo(WINDOW - 3);
            assertThat(writer.write(EventBatches.numbered(20, "m"), 0)).isZero();
            nowNs += LOOK_NS;
            await().pollInSameThread().until(() -> {
                nowNs += LOOK_NS;
                return writer.unsettled() == WINDOW - 3;
            });
            assertThat(writer.write(EventBatches.numbered(20, "m"), 0)).isEqualTo(3);
            assertThat(writer.unsettled()).isEqualTo(WINDOW);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayThatWhatWasOnItsWayIsLostWhereTheReceiverIsGone(final boolean reset)
        throws IOException, WriterException {
        try (StreamReceiver receiver = StreamReceiver.tcp(true);
            StreamSyslogWriter writer = writer(receiver.port(), true)) {
            assertThat(writer.write(EventBatches.numbered(3, "m"), 0)).isEqualTo(3);
            await().until(() -> receiver.messages().size() == 3);
            if (reset) {
                receiver.reset();
            } else {
                receiver.hangUp();
            }

            await().pollInSameThread().untilAsserted(() -> {
                nowNs += LOOK_NS;
                assertThatThrownBy(writer::unsettled).isInstanceOfSatisfying(WriterException.class, e -> {
                    assertThat(e.retryable()).isTrue();
                    assertThat(e).hasMessageContaining("tcp://127.0.0.1:" + receiver.port());
                });
            });
            assertThat(writer.unsettled()).isZero();
            assertThat(writer.write(EventBatches.numbered(1, "again"), 0)).isEqualTo(1);
            await().until(() -> receiver.texts().contains("again0"));
        }
    }

    @Test
    void shouldNoticeBeforeTheFirstLostMessageThatAnIdleReceiverIsGone() throws IOException, WriterException {
        try (StreamReceiver receiver = StreamReceiver.tcp(true);
            StreamSyslogWriter writer = writer(receiver.port(), true)) {
            writer.write(EventBatches.numbered(1, "a"), 0);
            settle(writer);
            await().until(() -> receiver.texts().contains("a0"));
            receiver.hangUp();

            await().pollInSameThread().until(() -> {
                writer.write(EventBatches.numbered(1, "b"), 0);
                settle(writer);
                return receiver.connections() == 2;
            });
            await().until(() -> receiver.texts().contains("b0"));
        }
    }

    @Test
    void shouldHaveNothingUnsettledAfterAnOrderlyGoodBye() throws IOException, WriterException {
        try (StreamReceiver receiver = StreamReceiver.tcp(true);
            StreamSyslogWriter writer = writer(receiver.port(), true)) {
            writer.write(EventBatches.numbered(WINDOW, "m"), 0);
            assertThat(writer.finish()).isZero();
            assertThat(receiver.messages()).hasSize(WINDOW);
        }
    }

    @Test
    void shouldKeepEverythingUnsettledWhereTheReceiverDoesNotRead() throws IOException, WriterException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            StreamSyslogWriter writer = writer(silent.getLocalPort(), true)) {
            writer.write(EventBatches.numbered(WINDOW, "m"), 0);
            assertThat(writer.finish()).isEqualTo(WINDOW);
        }
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        final int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (StreamSyslogWriter writer = writer(port, true)) {
            assertThatThrownBy(() -> writer.write(EventBatches.numbered(1, "m"), 0))
                .isInstanceOfSatisfying(WriterException.class, e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("tcp://127.0.0.1:" + port).hasMessageContaining("refused");
        }
    }
}
