package herald.writers.syslog;

import herald.writers.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A UDP receiver whose name gets another address while the former one takes datagrams, or loses them, as ever. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class MovedReceiverTest {
    private static final int RECEIVE_TIMEOUT_MS = 60_000;
    private static final String NAME = "logs.test";

    @TempDir
    private Path dir;

    @Test
    void shouldFollowANameToItsNewAddress() throws Exception {
        final Path hosts = dir.resolve("hosts");
        try (DatagramSocket first = receiver("127.0.0.1", 0);
            DatagramSocket second = receiver("127.0.0.2", first.getLocalPort())) {
            Files.writeString(hosts, "127.0.0.1 " + NAME + '\n');
            final Process child = new ProcessBuilder(ChildJvm.command(
                List.of("env", "JAVA_TOOL_OPTIONS=-Djdk.net.hosts.file=" + hosts + " -Dsun.net.inetaddr.ttl=0"),
                UdpChild.class, NAME, Integer.toString(first.getLocalPort())))
                .redirectError(dir.resolve("log").toFile()).start();
            try {
                final OutputStream commands = child.getOutputStream();
                send(commands, "0 a");
                assertThat(receive(first)).isEqualTo("a");

                Files.writeString(hosts, "127.0.0.2 " + NAME + '\n');
                send(commands, "29 b");
                assertThat(receive(first)).isEqualTo("b");
                send(commands, "1 c");
                assertThat(receive(second)).isEqualTo("c");

                Files.writeString(hosts, "127.0.0.2 another.test\n");
                send(commands, "3600 d");
                assertThat(receive(second)).isEqualTo("d");

                Files.writeString(hosts, "127.0.0.1 " + NAME + "\n127.0.0.2 " + NAME + '\n');
                send(commands, "3600 e");
                assertThat(receive(second)).isEqualTo("e");
            } finally {
                child.destroyForcibly().waitFor();
            }
        }
    }

    private static DatagramSocket receiver(final String address, final int port) throws IOException {
        final DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), port));
        socket.setSoTimeout(RECEIVE_TIMEOUT_MS);
        return socket;
    }

    private static void send(final OutputStream commands, final String command) throws IOException {
        commands.write((command + '\n').getBytes(StandardCharsets.UTF_8));
        commands.flush();
    }

    private static String receive(final DatagramSocket socket) throws IOException {
        final DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(packet);
        return SyslogMessage.parse(Arrays.copyOf(packet.getData(), packet.getLength())).message();
    }
}
