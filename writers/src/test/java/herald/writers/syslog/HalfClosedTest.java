package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.writer.WriterException;
import herald.writers.EventBatches;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.net.ssl.SSLSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Receivers that end one direction of a connection, or accept it and close it at once. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class HalfClosedTest {
    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int EVENTS = 50;

    @TempDir
    private Path dir;

    private static StreamSyslogWriter writer(final SyslogTarget.Protocol protocol, final int port, final Path ca) {
        return new StreamSyslogWriter("s", new StreamSyslogWriter.Settings(
            new SyslogTarget(protocol, "127.0.0.1", port), ca == null ? null : new TlsSettings(ca, null, null, null),
            true, 1_000, WINDOW_NS, SILENCE_NS),
            new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "", 8_192)), SystemNanoClock.INSTANCE);
    }

    /** One try to deliver, as the agent of a writer makes it: false where it has to be tried again. */
    private static boolean isDelivered(final StreamSyslogWriter writer, final EventBatch batch) {
        try {
            for (int index = 0; index < batch.size();) {
                index += writer.write(batch, index);
            }
            await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20))
                .until(() -> writer.unsettled() == 0);
            return true;
        } catch (final WriterException e) {
            return false;
        }
    }

    private static void deliver(final StreamSyslogWriter writer, final EventBatch batch) {
        await().pollInSameThread().pollDelay(Duration.ZERO).until(() -> isDelivered(writer, batch));
    }

    private static List<String> numbered(final String text) {
        return IntStream.range(0, EVENTS).mapToObj(i -> text + i).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDeliverToAReceiverThatSendsNothingAndReadsOn(final boolean encrypted) throws Exception {
        final Certificates certificates = encrypted ? new Certificates(dir.resolve("certificates"))
            .add("good", "dns:localhost,ip:127.0.0.1", "-1d", 10) : null;
        try (StreamReceiver receiver = encrypted ?
            StreamReceiver.tls(certificates, "good", false, accepted -> {
                ((SSLSocket)accepted).startHandshake();
                accepted.shutdownOutput();
            }) :
            StreamReceiver.tcp(Socket::shutdownOutput);
            StreamSyslogWriter writer = writer(
                encrypted ? SyslogTarget.Protocol.TLS : SyslogTarget.Protocol.TCP, receiver.port(),
                encrypted ? certificates.certificate("ca") : null)) {
            deliver(writer, EventBatches.numbered(EVENTS, "first "));
            final int connections = receiver.connections();
            deliver(writer, EventBatches.numbered(EVENTS, "second "));

            await().until(() -> receiver.texts().containsAll(numbered("second ")));
            assertThat(receiver.texts()).containsAll(numbered("first "));
            assertThat(receiver.connections()).isEqualTo(connections).isLessThanOrEqualTo(3);
        }
    }

    /** What comes when nobody reads any more makes the kernel reset the connection. */
    @Test
    void shouldCallNothingDeliveredThatAReceiverClosedUnread() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            StreamSyslogWriter writer = writer(SyslogTarget.Protocol.TCP, server.getLocalPort(), null)) {
            final EventBatch batch = EventBatches.numbered(EVENTS, "m");
            Socket accepted = null;
            for (int i = 0; i < 2; i++) {
                writer.write(batch, 0);
                accepted = server.accept();
                accepted.shutdownOutput();
                assertLost(writer);
            }
            writer.write(batch, 0);
            assertThat(writer.unsettled()).isEqualTo(EVENTS);
            accepted.close();

            assertLost(writer);
            writer.write(batch, 0);
            server.accept().close();
            assertLost(writer);
        }
    }

    private static void assertLost(final StreamSyslogWriter writer) {
        await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).untilAsserted(() ->
            assertThatThrownBy(() -> assertThat(writer.unsettled()).isEqualTo(EVENTS))
                .isInstanceOf(WriterException.class));
    }

    @Test
    void shouldCallNothingDeliveredThatAReceiverOnlyAccepts() throws IOException {
        try (StreamReceiver receiver = StreamReceiver.tcp(Socket::close);
            StreamSyslogWriter writer = writer(SyslogTarget.Protocol.TCP, receiver.port(), null)) {
            for (int i = 0; i < 12; i++) {
                assertThat(isDelivered(writer, EventBatches.numbered(EVENTS, "m"))).isFalse();
            }
            assertThat(receiver.messages()).isEmpty();
        }
    }

    /** Its host acknowledges what nobody will read. */
    @Test
    void shouldSendAgainWhatCameWhenNothingWasReceivedAnyMore() throws Exception {
        final CompletableFuture<Socket> deaf = new CompletableFuture<>();
        try (StreamReceiver receiver = StreamReceiver.tcp(accepted -> {
            if (!deaf.isDone()) {
                accepted.shutdownInput();
                deaf.complete(accepted);
                await().until(accepted::isClosed);
            }
        });
            StreamSyslogWriter writer = writer(SyslogTarget.Protocol.TCP, receiver.port(), null)) {
            writer.write(EventBatches.numbered(EVENTS, "m"), 0);
            deaf.join().close();
            assertLost(writer);
            deliver(writer, EventBatches.numbered(EVENTS, "m"));
            await().until(() -> receiver.texts().containsAll(numbered("m")));
        }
    }

    @Test
    void shouldNotTakeAnEndThatWasThereBeforeForAnAnswerToItsGoodBye() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            StreamSyslogWriter writer = writer(SyslogTarget.Protocol.TCP, server.getLocalPort(), null)) {
            writer.write(EventBatches.numbered(EVENTS, "m"), 0);
            server.accept().shutdownOutput();
            await().pollInSameThread().until(() -> writer.finish() == EVENTS);
        }
    }
}
