package herald.writers.syslog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.testing.NetworkNamespace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real rsyslogd, on loopback or on a host of its own: takes messages over UDP, TCP or TLS and writes each, field by
 * field, as a line of JSON.
 */
final class Rsyslog implements AutoCloseable {
    private static final String COMMAND = "/usr/sbin/rsyslogd";
    private static final String UDP_AND_TCP = """
        global(maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"GLOBAL)
        module(load="imudp")
        module(load="imtcp"TLS)
        input(type="imudp" address="ADDRESS" port="UDP_PORT")
        input(type="imtcp" address="ADDRESS" port="TCP_PORT")
        """;
    private static final String TO_FILE = """
        global(workDirectory="DIR")
        template(name="fields" type="list" option.jsonf="on") {
          property(outname="pri" name="pri" format="jsonf")
          property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
          property(outname="host" name="hostname" format="jsonf")
          property(outname="app" name="app-name" format="jsonf")
          property(outname="program" name="programname" format="jsonf")
          property(outname="procid" name="procid" format="jsonf")
          property(outname="msgid" name="msgid" format="jsonf")
          property(outname="sd" name="structured-data" format="jsonf")
          property(outname="msg" name="msg" format="jsonf")
        }
        action(type="omfile" file="DIR/out.json" template="fields" asyncWriting="off" flushOnTXEnd="on")
        """;

    private static final String LINE_START = "{\"pri\":";

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path dir;
    private final int udpPort;
    private final int tcpPort;
    private final List<String> prefix;
    private final String address;
    private Process process;

    private Rsyslog(final Path dir, final String inputs) throws IOException {
        this(dir, inputs, List.of(), InetAddress.getLoopbackAddress().getHostAddress());
    }

    private Rsyslog(final Path dir, final String inputs, final List<String> prefix, final String address)
        throws IOException {
        this.dir = Files.createDirectories(dir);
        this.prefix = prefix;
        this.address = address;
        this.udpPort = freePort();
        this.tcpPort = freePort();
        Files.writeString(dir.resolve("rsyslog.conf"), inputs.replace("ADDRESS", address)
            .replace("UDP_PORT", Integer.toString(udpPort)).replace("TCP_PORT", Integer.toString(tcpPort)) +
            TO_FILE.replace("DIR", dir.toString()));
    }

    static boolean isInstalled() {
        return Files.isExecutable(Path.of(COMMAND));
    }

    static Rsyslog plain(final Path dir) throws IOException {
        return new Rsyslog(dir, UDP_AND_TCP.replace("GLOBAL", "").replace("TLS", ""));
    }

    /** One on a host of its own. */
    static Rsyslog on(final NetworkNamespace host, final Path dir) throws IOException {
        return new Rsyslog(
            dir, UDP_AND_TCP.replace("GLOBAL", "").replace("TLS", ""), host.prefix(), host.address());
    }

    static Rsyslog encrypted(final Path dir, final Certificates certificates, final String alias) throws IOException {
        return new Rsyslog(dir, UDP_AND_TCP.replace("GLOBAL",
            " defaultNetstreamDriverCAFile=\"" + certificates.certificate("ca") +
            "\" defaultNetstreamDriverCertFile=\"" + certificates.certificate(alias) +
            "\" defaultNetstreamDriverKeyFile=\"" + certificates.key(alias) + "\"").replace("TLS",
            " streamDriver.name=\"ossl\" streamDriver.mode=\"1\" streamDriver.authMode=\"anon\""));
    }

    /**
     * What the manual prints for it, but for port and files.
     *
     * @param port that the manual names, over TCP.
     */
    static Rsyslog ofManual(final Path dir, final int port, final Certificates certificates, final String alias)
        throws IOException {
        final Matcher printed = Pattern.compile("```rsyslog\n([^`]*port=\"" + port + "\"[^`]*)```")
            .matcher(Files.readString(Path.of("..", "docs", "writers.md")));
        assertThat(printed.find()).isTrue();
        return new Rsyslog(dir, printed.group(1)
            .replace("port=\"" + port, "port=\"TCP_PORT")
            .replace("/etc/rsyslog/ca.pem", certificates.certificate("ca").toString())
            .replace("/etc/rsyslog/server.pem", certificates.certificate(alias).toString())
            .replace("/etc/rsyslog/server.key", certificates.key(alias).toString()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Where it listens: udp, or tcp and tls. */
    int port(final String protocol) {
        return "udp".equals(protocol) ? udpPort : tcpPort;
    }

    Rsyslog start() throws IOException {
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
            COMMAND, "-n", "-f", dir.resolve("rsyslog.conf").toString(), "-i", dir.resolve("pid").toString()));
        process = new ProcessBuilder(command)
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("log").toFile()))
            .start();
        await().atMost(60, TimeUnit.SECONDS).until(this::listens);
        return this;
    }

    private boolean listens() {
        assertThat(process.isAlive()).as(this::log).isTrue();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, tcpPort), 1_000);
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(dir.resolve("log"));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it in order: it writes what it has read. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    long writtenLength() throws IOException {
        final Path out = dir.resolve("out.json");
        return Files.exists(out) ? Files.size(out) : 0;
    }

    /** What it wrote, whole lines alone. */
    List<JsonNode> received() {
        final Path out = dir.resolve("out.json");
        if (!Files.exists(out)) {
            return List.of();
        }
        try {
            final String text = Files.readString(out);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(this::read).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kill may leave a line half written, and the next message on the same line. */
    private JsonNode read(final String line) {
        try {
            return mapper.readTree(line.substring(line.lastIndexOf(LINE_START)));
        } catch (final IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /** A message of RFC 5424 put together again from its fields, and parsed. */
    static SyslogMessage parse(final JsonNode fields) {
        return SyslogMessage.parse(String.join(" ", "<" + fields.get("pri").asText() + ">1",
            fields.get("time").asText(), fields.get("host").asText(), fields.get("app").asText(),
            fields.get("procid").asText(), fields.get("msgid").asText(), fields.get("sd").asText(),
            fields.get("msg").asText()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
