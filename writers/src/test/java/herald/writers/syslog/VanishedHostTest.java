package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.testing.NetworkNamespace;
import herald.writer.WriterException;
import herald.writers.EventBatches;
import org.agrona.concurrent.SystemNanoClock;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A receiver whose host is there no more, and nobody says so: the writer gives its connection up, and sends again once
 * the host is back. A real rsyslog in a network namespace whose link is cut.
 */
@Tag("slow")
@Timeout(120)
class VanishedHostTest {
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int MANY = 3_000;
    private static final ConditionFactory POLL =
        await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50));

    @TempDir
    private Path dir;

    private static StreamSyslogWriter writer(final Rsyslog rsyslog, final String host) {
        return new StreamSyslogWriter("s", new StreamSyslogWriter.Settings(
            new SyslogTarget(SyslogTarget.Protocol.TCP, host, rsyslog.port("tcp")), null, true, 2 * MANY, WINDOW_NS,
            SILENCE_NS), new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "", 8_192)), SystemNanoClock.INSTANCE);
    }

    private static void writeAll(final StreamSyslogWriter writer, final EventBatch batch) throws WriterException {
        for (int index = 0; index < batch.size();) {
            index += writer.write(batch, index);
        }
    }

    /** Until its neighbours know again where it is, the host is unreachable. */
    private static void writeAgain(final StreamSyslogWriter writer, final EventBatch batch) {
        POLL.ignoreExceptionsInstanceOf(WriterException.class).untilAsserted(() -> writeAll(writer, batch));
    }

    private static EventBatch longEvents(final int count) {
        final EventBatches.Event[] events = new EventBatches.Event[count];
        for (int i = 0; i < count; i++) {
            events[i] = EventBatches.event().id(new UUID(0x8000, i)).message("x".repeat(1_000) + i);
        }
        return EventBatches.of(events);
    }

    @Test
    void shouldGiveUpAConnectionToAHostThatVanished() throws Exception {
        Assumptions.assumeTrue(Rsyslog.isInstalled(), "rsyslogd is not installed");
        try (NetworkNamespace host = NetworkNamespace.open();
            Rsyslog rsyslog = Rsyslog.on(host, dir.resolve("rsyslog")).start();
            StreamSyslogWriter writer = writer(rsyslog, host.address())) {
            writeAll(writer, EventBatches.numbered(1, "before "));
            POLL.until(() -> writer.unsettled() == 0);

            host.vanish();
            writeAll(writer, EventBatches.numbered(10, "few "));
            POLL.untilAsserted(() -> assertThatThrownBy(writer::unsettled)
                .hasMessageContainingAll(host.address(), "its host acknowledged nothing for 2 s"));
            host.comeBack();
            writeAgain(writer, EventBatches.numbered(10, "few "));
            POLL.until(() -> writer.unsettled() == 0);

            host.vanish();
            final EventBatch many = longEvents(MANY);
            assertThatThrownBy(() -> writeAll(writer, many))
                .hasMessageContainingAll(host.address(), "it took nothing for 2 s");
            host.comeBack();
            writeAgain(writer, many);
            POLL.until(() -> writer.unsettled() == 0);
            assertThat(writer.finish()).isZero();

            await().until(() -> idsOf(rsyslog).size() == MANY);
        }
    }

    private static Set<String> idsOf(final Rsyslog rsyslog) {
        return rsyslog.received().stream()
            .map(fields -> Rsyslog.parse(fields).herald().get("id")).collect(Collectors.toSet());
    }
}
