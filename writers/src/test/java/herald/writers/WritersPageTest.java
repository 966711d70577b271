package herald.writers;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.json.EventJson;
import herald.writers.text.EventLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@code docs/writers.md} prints is what the writers do. */
@Timeout(120)
class WritersPageTest {
    private static final Path PAGE = Path.of("../docs/writers.md");

    private final EventBatch batch = EventBatches.of(EventBatches.event().count(3).attribute("term", "7"));

    @Test
    void shouldPrintTheJsonShape() throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        new EventJson().write(batch.event(0), out);

        assertThat(blocks("json")).containsExactly(out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldPrintTheLineForPeople() throws IOException {
        final StringBuilder out = new StringBuilder();
        new EventLine(false).append(batch.event(0), out);

        assertThat(blocks("pretty")).containsExactly(out + "\n");
    }

    @Test
    void shouldPrintTheSyslogMessage() throws IOException, WriterException {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket receiver = new DatagramSocket(new InetSocketAddress(loopback, 0));
            EventWriter writer = create("syslog:udp://127.0.0.1:" + receiver.getLocalPort())) {
            final DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
            receiver.setSoTimeout(20_000);
            writer.write(batch, 0);
            receiver.receive(packet);

            final String message = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
            assertThat(blocks("syslog")).containsExactly(message + "\n");
        }
    }

    @Test
    void shouldPrintSpecificationsThatWork() throws IOException {
        final List<String> specifications = blocks("spec");

        assertThat(specifications).hasSize(6).allSatisfy(text -> create(text.strip()).close());
    }

    @Test
    void shouldPrintDefaultsThatWork() {
        create("stdout", Map.of("format", "pretty")).close();
        create("file:events", Map.of("maxBytes", "64MiB", "keep", "8", "force", "false")).close();
        create("syslog:udp://[::1]:514", Map.of("facility", "user", "appName", "", "prefix", "", "format", "rfc5424",
            "maxLength", "2048")).close();
        create("syslog:tls://[::1]:6514", Map.of("framing", "octet-counting", "maxLength", "8192",
            "windowMessages", "50000", "windowSeconds", "5")).close();
    }

    private static EventWriter create(final String text) {
        return create(text, Map.of());
    }

    private static EventWriter create(final String text, final Map<String, String> options) {
        final WriterSpec spec = WriterSpec.parse(text);
        for (final EventWriterFactory factory : ServiceLoader.load(EventWriterFactory.class)) {
            if (factory.scheme().equals(spec.scheme())) {
                return factory.create(new WriterSpec(spec.name(), spec.scheme(), spec.target(), options));
            }
        }
        throw new AssertionError("no factory for " + text);
    }

    private static List<String> blocks(final String language) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$").matcher(Files.readString(PAGE)).results()
            .map(block -> block.group(1)).toList();
    }
}
