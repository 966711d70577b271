package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real syslog-ng reads back, field by field, what the writer sends. It is installed, or unpacked in the directory
 * that {@code HERALD_SYSLOG_NG} names: its package can't be installed beside rsyslog's.
 */
@Tag("slow")
@Timeout(120)
class SyslogNgTest {
    private static final String CONFIG = """
        @version: 3.38
        options { keep-hostname(yes); use-dns(no); stats-freq(0); };
        source s_events { SOURCE };
        destination d_file {
          file("DIR/out.txt" template("$PRI\\t$ISODATE\\t$HOST\\t$PROGRAM\\t$PID\\t$MSGID\\t$SDATA\\t$MSG\\n")
            ts-format(iso) frac-digits(6) time-zone("UTC"));
        };
        log { source(s_events); destination(d_file); };
        """;

    @TempDir
    private Path dir;
    private int port;

    private static Path root() {
        final String unpacked = System.getenv("HERALD_SYSLOG_NG");
        return Path.of(unpacked == null ? "/" : unpacked);
    }

    private Process start(final String source) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(root().resolve("usr/sbin/syslog-ng")),
            "syslog-ng is not there: unpack the package syslog-ng-core and name the directory in HERALD_SYSLOG_NG");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Path config = Files.writeString(dir.resolve("syslog-ng.conf"),
            CONFIG.replace("SOURCE", source.replace("PORT", Integer.toString(port))).replace("DIR", dir.toString()));
        final List<String> command = new ArrayList<>(List.of(root().resolve("usr/sbin/syslog-ng").toString(), "-F",
            "-f", config.toString(), "-R", dir.resolve("persist").toString(), "-p", dir.resolve("pid").toString(),
            "-c", dir.resolve("control").toString(),
            "--module-path=" + root().resolve("usr/lib/syslog-ng/3.38")));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(dir.resolve("log").toFile());
        builder.environment().put("LD_LIBRARY_PATH",
            Stream.of("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/syslog-ng")
                .map(library -> root().resolve(library).toString()).collect(Collectors.joining(":")));
        final Process process = builder.start();
        await().until(() -> {
            assertThat(process.isAlive()).as(Files.readString(dir.resolve("log"))).isTrue();
            return source.contains("udp") ? Files.exists(dir.resolve("control")) : listens();
        });
        return process;
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private List<String> received() throws IOException {
        final Path out = dir.resolve("out.txt");
        if (!Files.exists(out)) {
            return List.of();
        }
        final String text = Files.readString(out);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "tcp | syslog(ip(127.0.0.1) port(PORT) transport(\"tcp\") log-msg-size(65536));",
        "udp | syslog(ip(127.0.0.1) port(PORT) transport(\"udp\") log-msg-size(65536));",
        "newline | network(ip(127.0.0.1) port(PORT) transport(\"tcp\") flags(syslog-protocol) log-msg-size(65536));"})
    void shouldReadBackEveryField(final String how, final String source) throws Exception {
        final Random random = new Random(3);
        final EventBatches.Event[] events = new EventBatches.Event[50];
        for (int i = 0; i < events.length; i++) {
            events[i] = EventBatches.event().id(new UUID(0x8000, i)).count(i + 1)
                .attribute("text", "a" + EventBatches.hardText(random, 100))
                .message("m" + EventBatches.hardText(random, 200));
        }
        final EventBatch batch = EventBatches.of(events);
        final Process syslogNg = start(source);
        try (EventWriter writer = new SyslogWriterFactory().create(new WriterSpec("ng", "syslog",
            ("udp".equals(how) ? "udp" : "tcp") + "://127.0.0.1:" + port,
            "newline".equals(how) ? Map.of("framing", "newline") : Map.of()))) {
            assertThat(writer.write(batch, 0)).isEqualTo(events.length);
            writer.flush();
            await().until(() -> received().size() == events.length);

            final Map<String, List<String>> byId = new HashMap<>();
            for (final String line : received()) {
                final List<String> fields = List.of(line.split("\t", -1));
                byId.put(fields.get(6).replaceAll(".* id=\"([^\"]+)\".*", "$1"), fields);
            }
            for (int i = 0; i < events.length; i++) {
                assertRead(batch, i, byId.get(batch.event(i).id().toString()));
            }
        } finally {
            syslogNg.destroyForcibly().waitFor();
        }
    }

    private static void assertRead(final EventBatch batch, final int index, final List<String> fields) {
        final SyslogEncoder encoder =
            new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "", SyslogEncoder.MOST_MAX_LENGTH));
        final int length = encoder.encode(batch.event(index));
        final SyslogMessage sent = SyslogMessage.parse(Arrays.copyOf(encoder.bytes(), length));
        assertThat(fields.get(0)).isEqualTo(Integer.toString(sent.priority()));
        assertThat(fields.get(1)).isEqualTo(sent.header().get(0).replace("Z", "+00:00"));
        assertThat(fields.subList(2, 4)).isEqualTo(sent.header().subList(1, 3));
        assertThat(fields.get(5)).isEqualTo(sent.header().get(4));
        final SyslogMessage read = SyslogMessage.parse(
            ("<1>1 - - - - - " + fields.get(6) + " m").getBytes(StandardCharsets.UTF_8));
        assertThat(read.herald()).containsAllEntriesOf(sent.herald());
        assertThat(read.attributes()).isEqualTo(sent.attributes());
        assertThat(fields.get(7).replace("\uFEFF", "")).isEqualTo(sent.message());
    }
}
