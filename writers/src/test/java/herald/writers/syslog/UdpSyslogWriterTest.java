package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.events.Severity;
import herald.io.Escape;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

import static herald.writers.EventBatches.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/** Datagrams received on loopback and parsed back. */
@Timeout(120)
class UdpSyslogWriterTest {
    private static final int RECEIVE_TIMEOUT_MS = 20_000;

    private DatagramSocket receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        receiver.setSoTimeout(RECEIVE_TIMEOUT_MS);
    }

    @AfterEach
    void hangUp() {
        receiver.close();
    }

    @Test
    void shouldSendEverythingThatTheEventSays() throws WriterException, IOException {
        send(Map.of(), event().count(3).attribute("term", "7").attribute("why so", "no \"quorum\" [2]"));

        final SyslogMessage message = receive();
        assertThat(message.priority()).isEqualTo(8 + 4);
        assertThat(message.header()).containsExactly(
            "2026-11-24T13:25:55.123456Z", "node-1", "cmd", "-", "cluster.ElectionStarted");
        assertThat(message.herald()).containsExactly(
            entry("id", "0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b"),
            entry("count", "3"),
            entry("first", "2026-11-24T13:25:54.123456789Z"),
            entry("last", "2026-11-24T13:25:55.123456789Z"),
            entry("severity", "WARN"),
            entry("type", "cluster.ElectionStarted"),
            entry("category", "Cluster"),
            entry("component", "cmd"),
            entry("node", "node-1"),
            entry("ref-tenant", "acme"),
            entry("ref-namespace", "net"),
            entry("ref-kind", "Link"),
            entry("ref-name", "eth0"),
            entry("ref-uri", "/links/eth0"));
        assertThat(message.attributes()).containsExactly(
            entry("term", "7"), entry("why_so", "no \"quorum\" [2]"));
        assertThat(message.bom()).isFalse();
        assertThat(message.message()).isEqualTo("Leader election started");
    }

    @ParameterizedTest
    @CsvSource({"DEBUG, kern, 7", "INFO, user, 14", "WARN, local7, 188", "CRITICAL, 16, 130", "CRITICAL, 23, 186"})
    void shouldMakeThePriorityOfFacilityAndSeverity(final Severity severity, final String facility, final int priority)
        throws WriterException, IOException {
        send(Map.of("facility", facility), event().severity(severity));

        assertThat(receive().priority()).isEqualTo(priority);
    }

    @Test
    void shouldKeepHeaderFieldsToTheirLengthAndAlphabet() throws WriterException, IOException {
        send(Map.of(), event().type("a type\u00E9" + "x".repeat(40)).source("\u001Bc", "n".repeat(300)));
        send(Map.of("appName", "herald"), event().source("", ""));

        assertThat(receive().header().subList(1, 5)).containsExactly(
            "n".repeat(255), "_c", "-", "a_type_" + "x".repeat(25));
        assertThat(receive().header().get(2)).isEqualTo("herald");
    }

    @Test
    void shouldMarkATimeThatIsNotTheRecorders() throws WriterException, IOException {
        send(Map.of(), event().times(-1));

        final SyslogMessage message = receive();
        assertThat(message.header().get(0)).isEqualTo("2026-11-24T13:25:54.123458Z");
        assertThat(message.herald()).contains(entry("clock-unset", "true"));
    }

    @Test
    void shouldMarkMessagesThatAreNotAscii() throws WriterException, IOException {
        send(Map.of(), event().message("na\u00EFve"));
        send(Map.of(), event().message("\u202E\n"));
        send(Map.of(), event().message(""));

        final SyslogMessage marked = receive();
        assertThat(marked.bom()).isTrue();
        assertThat(marked.message()).isEqualTo("na\u00EFve");
        assertThat(receive()).extracting(SyslogMessage::bom, SyslogMessage::message)
            .containsExactly(false, "\\u202E\\n");
        assertThat(receive().message()).isEmpty();
    }

    @Test
    void shouldReadBackWhateverTheTextIs() throws WriterException, IOException {
        final Random random = new Random(4803);
        try (EventWriter writer = writer("127.0.0.1:" + receiver.getLocalPort(), Map.of("maxLength", "65507"))) {
            for (int i = 0; i < 500; i++) {
                final String text = EventBatches.hardText(random, 100);
                final String value = EventBatches.hardText(random, 100) + "v";
                writer.write(EventBatches.of(event().message(text).type("t" + text).source("c" + text, "n" + text)
                    .reference("k" + text, "n" + text, "u" + text).attribute(text, value)), 0);

                final SyslogMessage message = receive();
                assertThat(message.message()).isEqualTo(Escape.escape(text));
                assertThat(message.herald()).contains(
                    entry("type", Escape.escape("t" + text)), entry("ref-name", Escape.escape("n" + text)));
                assertThat(message.attributes().values()).containsExactly(Escape.escape(value));
            }
        }
    }

    @Test
    void shouldStayWithinTheLimitAtAnyLength() {
        final Random random = new Random(4804);
        for (int i = 0; i < 2_000; i++) {
            final int maxLength = 480 + random.nextInt(1_600);
            final String text = EventBatches.hardText(random, 600);
            final SyslogEncoder encoder = new Rfc5424Encoder(new SyslogEncoder.Style(23, "", "", maxLength));
            final EventBatch batch = EventBatches.of(event().severity(Severity.DEBUG).message(text)
                .source(text + "c".repeat(random.nextInt(300)), "n".repeat(random.nextInt(300)))
                .attribute("k", EventBatches.hardText(random, 300)).attribute("short", "v"));
            final int length = encoder.encode(batch.event(0));

            final SyslogMessage message = SyslogMessage.parse(Arrays.copyOf(encoder.bytes(), length));
            assertThat(length).isLessThanOrEqualTo(maxLength);
            assertThat(message.herald()).containsEntry("id", "0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b");
            assertThat(Escape.escape(text)).startsWith(message.message());
            assertThat(message.herald().containsKey("truncated") || message.message().equals(Escape.escape(text)))
                .isTrue();
        }
    }

    @Test
    void shouldFitTheLongestHeaderIntoTheShortestLimit() {
        final SyslogEncoder encoder =
            new Rfc5424Encoder(new SyslogEncoder.Style(23, "", "", SyslogEncoder.LEAST_MAX_LENGTH));
        final EventBatch batch = EventBatches.of(event().severity(Severity.DEBUG).message("m".repeat(500))
            .type("t".repeat(500)).source("c".repeat(500), "n".repeat(500)).attribute("k", "v".repeat(500)));
        final SyslogMessage message =
            SyslogMessage.parse(Arrays.copyOf(encoder.bytes(), encoder.encode(batch.event(0))));

        assertThat(message.header()).extracting(String::length).containsExactly(27, 255, 48, 1, 32);
        assertThat(message.herald()).containsKeys("truncated", "id");
    }

    @Test
    void shouldKeepAttributesWithoutAValue() throws WriterException, IOException {
        send(Map.of(), event().attribute("quiet", ""));

        assertThat(receive().attributes()).containsExactly(entry("quiet", ""));
    }

    @Test
    void shouldCutTheMessageBetweenCharactersAndSaySo() throws WriterException, IOException {
        send(Map.of("maxLength", "600"), event().message("\uD83D\uDE00".repeat(200)).attribute("k", "v"));

        final SyslogMessage message = receive();
        assertThat(message.herald()).containsEntry("truncated", "true").containsKeys("ref-uri", "type");
        assertThat(message.attributes()).containsExactly(entry("k", "v"));
        assertThat(message.message()).isNotEmpty().matches("\uD83D\uDE00+");
    }

    @Test
    void shouldDropAttributesThatAreTooLongBeforeAnythingElseOfTheData() throws WriterException, IOException {
        send(Map.of("maxLength", "600"), event().attribute("trace", "t".repeat(1_000)).attribute("k", "v"));

        final SyslogMessage message = receive();
        assertThat(message.herald()).containsEntry("truncated", "true").containsKeys("ref-uri", "type");
        assertThat(message.attributes()).containsExactly(entry("k", "v"));
        assertThat(message.message()).isEqualTo("Leader election started");
    }

    @Test
    void shouldReportARefusalBeforeTheBookmarkMovesAndRecover() throws WriterException, IOException {
        final int port = receiver.getLocalPort();
        receiver.close();
        try (EventWriter writer = writer("127.0.0.1:" + port, Map.of())) {
            await().untilAsserted(() -> assertThatThrownBy(() -> {
                writer.write(EventBatches.numbered(1, "lost "), 0);
                writer.flush();
            }).isInstanceOfSatisfying(WriterException.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.done()).isZero();
            }).hasMessage("syslog receiver udp://127.0.0.1:" + port + " refuses: nobody listens on that port"));
            assertThatThrownBy(() -> {
                for (int i = 0; i < 10; i++) {
                    writer.write(EventBatches.numbered(100, "lost "), 0);
                }
            }).isInstanceOfSatisfying(WriterException.class, e -> assertThat(e.done()).isZero());

            receiver = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            receiver.setSoTimeout(RECEIVE_TIMEOUT_MS);
            assertThat(writer.write(EventBatches.numbered(2, "kept "), 0)).isEqualTo(2);
            writer.flush();
        }
        assertThat(receive().message()).isEqualTo("kept 0");
        assertThat(receive().message()).isEqualTo("kept 1");
    }

    @Test
    void shouldReportAHostThatDoesNotResolve() {
        try (EventWriter writer = writer("no-such-host.invalid", Map.of())) {
            assertThatThrownBy(() -> writer.write(EventBatches.numbered(1, "m"), 0))
                .isInstanceOfSatisfying(WriterException.class, e -> assertThat(e.retryable()).isTrue())
                .hasMessage("syslog receiver udp://no-such-host.invalid:514 is unknown: " +
                    "the host's name does not resolve");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]", "[::1]:5514", "[fe80::1%eth0]:514", "logs.example.com", "my_host:514/"})
    void shouldTakeNamesAndAddressesOfBothFamilies(final String target) {
        writer(target, Map.of()).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":514", "::1", "[::1", "host:port", "host:0", "host:65536", "user@host", "host/path"})
    void shouldNameATargetThatIsWrong(final String target) {
        assertThatThrownBy(() -> writer(target, Map.of()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("writer s (syslog): ").hasMessageContaining("\"udp://" + target + "\"");
    }

    @Test
    void shouldNameAnOptionThatIsWrong() {
        assertThatThrownBy(() -> writer("h", Map.of("facility", "local8")))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContainingAll("facility \"local8\"", "from 0 to 23", "local7");
        assertThatThrownBy(() -> writer("h", Map.of("facility", "24")))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("facility \"24\"");
        assertThatThrownBy(() -> writer("h", Map.of("maxLength", "479")))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maxLength \"479\" is not a whole number from 480 to 65507");
        assertThatThrownBy(() -> new SyslogWriterFactory().create(WriterSpec.parse("syslog:http://h:514")))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("\"http://h:514\" is not udp://HOST:PORT");
    }

    private void send(final Map<String, String> options, final EventBatches.Event event) throws WriterException {
        try (EventWriter writer = writer("127.0.0.1:" + receiver.getLocalPort(), options)) {
            assertThat(writer.write(EventBatches.of(event), 0)).isEqualTo(1);
            writer.flush();
        }
    }

    private SyslogMessage receive() throws IOException {
        final DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        receiver.receive(packet);
        final byte[] datagram = Arrays.copyOf(packet.getData(), packet.getLength());
        assertThat(new String(datagram, StandardCharsets.UTF_8).replace("\uFEFF", "").chars())
            .noneMatch(c -> Escape.isUnsafe((char)c.intValue()));
        return SyslogMessage.parse(datagram);
    }

    private static EventWriter writer(final String target, final Map<String, String> options) {
        return new SyslogWriterFactory().create(new WriterSpec("s", "syslog", "udp://" + target, options));
    }
}
