package herald.writers.syslog;

import com.fasterxml.jackson.databind.JsonNode;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.event.EventFilter;
import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.writer.EventWriter;
import herald.writer.WriterSpec;
import herald.writers.ChildJvm;
import herald.writers.EventBatches;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    private static final int RESTARTS = Integer.getInteger("herald.restarts", 4);
    private static final int EVENTS = 200;
    private static final int WINDOW_MESSAGES = 1_000;

    @TempDir
    private Path dir;
    private final List<Process> nodes = new ArrayList<>();

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
            EventWriter writer = writer(
                how.substring(0, 3) + "://127.0.0.1:" + rsyslog.port(how.substring(0, 3)),
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
            EventWriter writer = writer("tcp://127.0.0.1:" + rsyslog.port("tcp"),
                Map.of("format", "rfc3164", "facility", "local4", "prefix", "fleet-7."))) {
            assertThat(writer.write(EventBatches.of(EventBatches.event().count(3)), 0)).isEqualTo(1);
            await().until(() -> rsyslog.received().size() == 1);

            final JsonNode fields = rsyslog.received().get(0);
            assertThat(fields.get("pri").asInt()).isEqualTo(20 * 8 + 4);
            assertThat(fields.get("host").asText()).isEqualTo("node-1");
            assertThat(fields.get("app").asText()).isEqualTo("fleet-7.cmd");
            assertThat(fields.get("program").asText()).isEqualTo("fleet-7.cmd");
            assertThat(fields.get("msg").asText()).contains(
                "[herald@32473 id=\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\" count=\"3\"", "] Leader election started");
        }
    }

    /** Host, program and text as the rule says, whatever node and component are called. */
    @Test
    void shouldReadBackHostAndTagOfBsdWhateverTheyAreCalled() throws Exception {
        final Map<String, String> hosts = new LinkedHashMap<>(Map.of(
            "fe80::1", "fe80__1", "fe80::1%eth0", "fe80__1_eth0", "[fe80::1]", "_fe80__1",
            "rack 4/node_1", "rack_4_node_1", "web@dc1", "web_dc1", "web-1.example.com.", "web-1.example.com",
            "_-.", "unknown", "12:00:00", "12_00_00", "a=b", "a_b"));
        final Random random = new Random(6);
        for (int i = 0; i < 40; i++) {
            hosts.put(EventBatches.hardText(random, 40), null);
        }
        try (Rsyslog rsyslog = Rsyslog.plain(dir.resolve("rsyslog")).start();
            EventWriter writer = writer(
                "tcp://127.0.0.1:" + rsyslog.port("tcp"), Map.of("format", "rfc3164", "prefix", "f/7 "))) {
            int count = 0;
            for (final Map.Entry<String, String> host : hosts.entrySet()) {
                writer.write(EventBatches.of(EventBatches.event().source(host.getKey(), host.getKey())), 0);
                final int expected = ++count;
                await().until(() -> rsyslog.received().size() == expected);
                final JsonNode fields = rsyslog.received().get(count - 1);
                if (host.getValue() != null) {
                    assertThat(fields.get("host").asText()).isEqualTo(host.getValue());
                }
                assertThat(fields.get("host").asText()).as(host.getKey()).matches("unknown|[\\w.-]*[0-9A-Za-z]");
                final String tag = SyslogEncoder.printable(host.getKey(), 32, ":[]/");
                assertThat(fields.get("program").asText()).as(host.getKey())
                    .isEqualTo(SyslogEncoder.printable("f_7_", 32 - tag.length(), "") + tag);
                assertThat(fields.get("msg").asText()).as(host.getKey())
                    .startsWith(" [herald@32473 id=").endsWith("] Leader election started");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, 601", "tls, 6514"})
    void shouldTakeEventsAsTheManualSetsItUp(final String protocol, final int port) throws Exception {
        final Certificates certificates = new Certificates(dir.resolve("certificates"))
            .add("server", "ip:127.0.0.1", "-1d", 10).add("node", "dns:node-1", "-1d", 10);
        try (Rsyslog rsyslog = Rsyslog.ofManual(dir.resolve("rsyslog"), port, certificates, "server").start();
            EventWriter writer = writer(protocol + "://127.0.0.1:" + rsyslog.port("tcp"), "tcp".equals(protocol) ?
                Map.of() : Map.of("caFile", certificates.certificate("ca").toString(),
                    "certFile", certificates.certificate("node").toString(),
                    "keyFile", certificates.key("node").toString()))) {
            assertThat(writer.write(EventBatches.of(EventBatches.event().message("as printed")), 0)).isEqualTo(1);
            await().until(() -> messages(rsyslog).containsValue("as printed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void shouldGetEveryEventThroughKills(final String protocol) throws Exception {
        final Certificates certificates = new Certificates(dir.resolve("certificates"))
            .add("good", "dns:localhost,ip:127.0.0.1", "-1d", 10);
        final boolean encrypted = "tls".equals(protocol);
        final List<String> options = new ArrayList<>(
            List.of("windowSeconds=1", "windowMessages=" + WINDOW_MESSAGES));
        if (encrypted) {
            options.add("caFile=" + certificates.certificate("ca"));
        }
        try (Rsyslog rsyslog = encrypted ? Rsyslog.encrypted(dir.resolve("rsyslog"), certificates, "good") :
            Rsyslog.plain(dir.resolve("rsyslog"))) {
            rsyslog.start();
            final String target = protocol + "://127.0.0.1:" + rsyslog.port("tcp");
            final Random random = new Random(5);
            for (int restart = 0; restart < RESTARTS; restart++) {
                killBoth(startNode(target, true, options), rsyslog, restart % 2 == 0, random);
            }
            final Process node = startNode(target, false, options);
            await().atMost(60, TimeUnit.SECONDS).until(() -> dispatched().containsValue(NodeChild.LAST));
            final Map<String, String> expected = dispatched();
            await().atMost(60, TimeUnit.SECONDS).pollInterval(1, TimeUnit.SECONDS)
                .until(() -> messages(rsyslog).equals(expected));
            node.destroyForcibly().waitFor();
            final int repeats = rsyslog.received().size() - expected.size();
            System.out.println(protocol + ": restarts=" + RESTARTS + " events=" + expected.size() +
                " repeats=" + repeats);
            assertThat(new HashSet<>(expected.values())).hasSameSizeAs(expected.keySet());
            assertThat(repeats).isLessThanOrEqualTo(2 * RESTARTS * WINDOW_MESSAGES);
        } finally {
            nodes.forEach(Process::destroyForcibly);
            IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
        }
    }

    /** Once something arrives, stops or kills the receiver, and kills the node before or after that one is back. */
    private static void killBoth(
        final Process node, final Rsyslog rsyslog, final boolean inOrder, final Random random) throws Exception {
        final long before = rsyslog.writtenLength();
        await().atMost(60, TimeUnit.SECONDS).until(() -> rsyslog.writtenLength() > before);
        assertThat(node.waitFor(random.nextInt(2_500), TimeUnit.MILLISECONDS)).isFalse();
        if (inOrder) {
            rsyslog.stop();
        } else {
            rsyslog.kill();
        }
        assertThat(node.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS)).isFalse();
        if (random.nextBoolean()) {
            node.destroyForcibly().waitFor();
            rsyslog.start();
        } else {
            rsyslog.start();
            assertThat(node.waitFor(random.nextInt(500), TimeUnit.MILLISECONDS)).isFalse();
            node.destroyForcibly().waitFor();
        }
    }

    private Process startNode(final String target, final boolean records, final List<String> options)
        throws IOException {
        final List<String> arguments = new ArrayList<>(
            List.of(dataDir().toString(), target, Boolean.toString(records)));
        arguments.addAll(options);
        final Process node = new ProcessBuilder(
            ChildJvm.command(List.of(), NodeChild.class, arguments.toArray(new String[0])))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("node.log").toFile())).start();
        nodes.add(node);
        return node;
    }

    /** Messages by event id. */
    private Map<String, String> dispatched() {
        final Map<String, String> messages = new HashMap<>();
        try (DispatchReader reader = new DispatchReader(
            SystemDisk.INSTANCE, DataDirectory.dispatch(dataDir()), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    messages.put(batch.event(i).id().toString(), batch.event(i).message());
                }
            }
        }
        return messages;
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    /** Messages received, by event id; one that came again has the same. */
    private static Map<String, String> messages(final Rsyslog rsyslog) {
        final Map<String, String> messages = new HashMap<>();
        for (final JsonNode fields : rsyslog.received()) {
            final SyslogMessage message = Rsyslog.parse(fields);
            final String before = messages.put(message.herald().get("id"), message.message());
            if (before != null) {
                assertThat(message.message()).isEqualTo(before);
            }
        }
        return messages;
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp"})
    void shouldDeliverAllToOneTargetWhileAnotherFails(final String protocol) throws Exception {
        try (Rsyslog rsyslog = Rsyslog.plain(dir.resolve("rsyslog")).start();
            EventProxy proxy = EventProxy.launch(new EventProxy.Context()
                .dataDir(dataDir()).node("node-1").dedupKeyLimit(10_000)
                .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)).closeTimeoutNs(TimeUnit.MILLISECONDS.toNanos(200))
                .writer(writer(protocol + "://127.0.0.1:" + rsyslog.port(protocol), Map.of()), EventFilter.ALL, true));
            EventRecorder recorder = EventRecorder.launch(new EventRecorder.Context().component("cmd")
                .eventTypes(ClusterEvents.CATALOG).spoolDir(HeraldDirectory.spoolDir(dataDir()))
                .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir()).toString()))) {
            proxy.writers().add(new SyslogWriterFactory().create(
                WriterSpec.parse("syslog:tcp://127.0.0.1:1")), EventFilter.ALL, true);
            for (int i = 0; i < EVENTS; i++) {
                recorder.record(ClusterEvents.LEADER_ELECTED, null, "event " + i, null);
            }

            await().until(() -> messages(rsyslog).size() == EVENTS);
            assertThat(rsyslog.received()).hasSize(EVENTS);
            assertThat(proxy.writers().failing()).contains(entry("rsyslog", false));
            await().until(() -> proxy.writers().failing().containsValue(true));
        }
    }
}
