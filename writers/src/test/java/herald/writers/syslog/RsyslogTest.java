package herald.writers.syslog;

import com.fasterxml.jackson.databind.JsonNode;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.writer.EventWriter;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/**
 * A real rsyslog reads back, field by field, what the writer sends; and over a connection it gets every event, however
 * often it and the proxy are stopped and killed.
 */
@Tag("slow")
@Timeout(5_400)
class RsyslogTest {
    private static final int RESTARTS = Integer.getInteger("herald.restarts", 6);
    private static final int EVENTS_A_RUN = 200;
    private static final int WINDOW_MESSAGES = 1_000;
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    private Path dir;

    @BeforeEach
    void needRsyslog() {
        Assumptions.assumeTrue(Rsyslog.isInstalled(),
            "rsyslogd is not installed: apt install rsyslog rsyslog-openssl");
    }

    private static EventWriter writer(final String target, final Map<String, String> options) {
        return new SyslogWriterFactory().create(new WriterSpec("rsyslog", "syslog", target, options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tcp newline"})
    void shouldReadBackEveryField(final String how) throws Exception {
        final Random random = new Random(3);
        final EventBatches.Event[] events = new EventBatches.Event[100];
        for (int i = 0; i < events.length; i++) {
            events[i] = EventBatches.event().id(new UUID(0x8000, i)).count(i + 1)
                .attribute("text", EventBatches.hardText(random, 100))
                .message("m" + EventBatches.hardText(random, 200));
        }
        final EventBatch batch = EventBatches.of(events);
        try (Rsyslog rsyslog = Rsyslog.plain(dir.resolve("rsyslog")).start();
            EventWriter writer = writer(how.startsWith("udp") ?
                "udp://127.0.0.1:" + rsyslog.udpPort() : "tcp://127.0.0.1:" + rsyslog.tcpPort(),
                how.endsWith("newline") ? Map.of("framing", "newline") : Map.of())) {
            assertThat(writer.write(batch, 0)).isEqualTo(events.length);
            writer.flush();
            await().until(() -> rsyslog.received().size() == events.length);

            final Map<String, SyslogMessage> byId = new HashMap<>();
            for (final JsonNode fields : rsyslog.received()) {
                final SyslogMessage message = Rsyslog.parse(fields);
                byId.put(message.herald().get("id"), message);
            }
            final SyslogEncoder encoder =
                new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "", SyslogEncoder.MOST_MAX_LENGTH));
            for (int i = 0; i < events.length; i++) {
                final int length = encoder.encode(batch.event(i));
                final SyslogMessage sent = SyslogMessage.parse(Arrays.copyOf(encoder.bytes(), length));
                assertThat(byId.get(batch.event(i).id().toString())).isEqualTo(sent);
            }
        }
    }

    @Test
    void shouldReadBackMessagesOfBsd() throws Exception {
        try (Rsyslog rsyslog = Rsyslog.plain(dir.resolve("rsyslog")).start();
            EventWriter writer = writer("tcp://127.0.0.1:" + rsyslog.tcpPort(),
                Map.of("format", "rfc3164", "facility", "local4", "prefix", "fleet-7/"))) {
            assertThat(writer.write(EventBatches.of(EventBatches.event().count(3)), 0)).isEqualTo(1);
            await().until(() -> rsyslog.received().size() == 1);

            final JsonNode fields = rsyslog.received().get(0);
            assertThat(fields.get("pri").asInt()).isEqualTo(20 * 8 + 4);
            assertThat(fields.get("host").asText()).isEqualTo("node-1");
            assertThat(fields.get("app").asText()).isEqualTo("fleet-7");
            assertThat(fields.get("msg").asText()).contains(
                "[herald@32473 id=\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\" count=\"3\"", "] Leader election started");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void shouldGetEveryEventThroughRestarts(final String protocol) throws Exception {
        final Certificates certificates = new Certificates(dir.resolve("certificates"))
            .add("good", "dns:localhost,ip:127.0.0.1", "-1d", 10);
        final boolean encrypted = "tls".equals(protocol);
        final Map<String, String> options = new HashMap<>(Map.of(
            "windowSeconds", "1", "windowMessages", Integer.toString(WINDOW_MESSAGES)));
        if (encrypted) {
            options.put("caFile", certificates.certificate("ca").toString());
        }
        try (Rsyslog rsyslog = encrypted ? Rsyslog.encrypted(dir.resolve("rsyslog"), certificates, "good") :
            Rsyslog.plain(dir.resolve("rsyslog"))) {
            rsyslog.start();
            final String target = protocol + "://127.0.0.1:" + rsyslog.tcpPort();
            int recorded = 0;
            for (int restart = 0; restart <= RESTARTS; restart++) {
                try (EventProxy proxy = proxy(writer(target, options))) {
                    recorded = record(recorded);
                    if (restart % 2 == 0) {
                        rsyslog.stop();
                    } else {
                        rsyslog.kill();
                    }
                    recorded = record(recorded);
                    rsyslog.start();
                    assertThat(proxy.hasFailed()).isFalse();
                }
            }
            try (EventProxy proxy = proxy(writer(target, options))) {
                final int expected = recorded;
                await().atMost(60, TimeUnit.SECONDS).until(() -> ids(rsyslog).size() == expected);
                assertThat(proxy.hasFailed()).isFalse();
            }
            final int repeats = rsyslog.received().size() - recorded;
            System.out.println(protocol + ": restarts=" + RESTARTS + " events=" + recorded + " repeats=" + repeats);
            assertThat(ids(rsyslog)).hasSize(recorded);
            assertThat(repeats).isLessThanOrEqualTo(2 * (RESTARTS + 1) * WINDOW_MESSAGES);
            assertThat(Files.exists(DataDirectory.bookmarks(dataDir()))).isTrue();
        }
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private EventProxy proxy(final EventWriter writer) {
        return EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir())
            .node("node-1")
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20))
            .dedupKeyLimit(100_000)
            .journalSegmentLength(1024 * 1024)
            .dispatchSegmentLength(1024 * 1024)
            .batchLengthLimit(64 * 1024)
            .closeTimeoutNs(TimeUnit.MILLISECONDS.toNanos(200))
            .writer(writer, EventFilter.ALL, true));
    }

    private int record(final int first) {
        try (EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dataDir()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir()).toString()))) {
            long last = 0;
            for (int i = first; i < first + EVENTS_A_RUN; i++) {
                last = recorder.record(
                    ClusterEvents.LEADER_ELECTED, null, "event " + i, ObjectReference.of("Node", "n-" + i));
            }
            assertThat(recorder.awaitAcknowledged(last, ACK_TIMEOUT_NS)).isTrue();
        }
        return first + EVENTS_A_RUN;
    }

    /** Ids of the events received; each id has always the same message. */
    private static Set<String> ids(final Rsyslog rsyslog) {
        final Map<String, String> messages = new HashMap<>();
        final List<JsonNode> received = rsyslog.received();
        for (final JsonNode fields : received) {
            final SyslogMessage message = Rsyslog.parse(fields);
            final String before = messages.put(message.herald().get("id"), message.message());
            if (before != null) {
                assertThat(message.message()).isEqualTo(before);
            }
        }
        assertThat(new HashSet<>(messages.values())).hasSameSizeAs(messages.keySet());
        return messages.keySet();
    }

    @Test
    void shouldDeliverToOneTargetWhileAnotherFails() throws Exception {
        try (Rsyslog rsyslog = Rsyslog.plain(dir.resolve("rsyslog")).start();
            EventProxy proxy = proxy(writer("tcp://127.0.0.1:" + rsyslog.tcpPort(), Map.of()))) {
            proxy.writers().add(new SyslogWriterFactory().create(
                WriterSpec.parse("syslog:tcp://127.0.0.1:1")), EventFilter.ALL, true);
            final int recorded = record(0);

            await().until(() -> ids(rsyslog).size() == recorded);
            assertThat(rsyslog.received()).hasSize(recorded);
            assertThat(proxy.writers().failing()).contains(entry("rsyslog", false));
            await().until(() -> proxy.writers().failing().containsValue(true));
        }
    }
}
