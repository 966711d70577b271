package herald.tools;

import herald.engine.EventProxy;
import herald.recorder.EventRecorder;
import herald.tools.agent.HostAgent;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A link of the kernel that comes and goes, seen at a syslog receiver.
 *
 * <pre>
 *   ip link ──► kernel ──► agent ──► proxy ──► syslog writer ══ UDP ══► this test
 * </pre>
 */
@Tag("slow")
@Timeout(120)
class VethTest {
    private static final int RECEIVE_TIMEOUT_MS = 20_000;

    @TempDir
    private Path dir;
    private final String link = "hv" + ProcessHandle.current().pid() % 1_000_000 + "a";
    private final String peer = "hv" + ProcessHandle.current().pid() % 1_000_000 + "b";
    private DatagramSocket receiver;
    private boolean added;

    @BeforeEach
    void setUp() throws IOException {
        receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        receiver.setSoTimeout(RECEIVE_TIMEOUT_MS);
    }

    @AfterEach
    void tearDown() throws Exception {
        receiver.close();
        if (added) {
            ip("link", "delete", link);
        }
    }

    @Test
    void shouldSeeLinkComeUpAndGoDown() throws Exception {
        final WriterSpec spec = WriterSpec.parse("syslog:udp://127.0.0.1:" + receiver.getLocalPort());
        added = ip("link", "add", link, "type", "veth", "peer", "name", peer);
        assumeTrue(added, "needs ip and the right to add links");

        try (EventProxy proxy = EventProxy.launch(
            Recorded.proxyContext(dir).writer(EventWriters.factory(spec).create(spec)));
            EventRecorder recorder = Recorded.recorder(proxy, "agent");
            AgentRunner runner = new AgentRunner(new SleepingMillisIdleStrategy(10), error -> { }, null,
                new HostAgent(recorder::record, new HostAgent.Context()
                    .intervalNs(TimeUnit.MILLISECONDS.toNanos(50)).mounts(List.of(dir))))) {
            AgentRunner.startOnThread(runner);
            assertThat(receive(link + " is down")).contains("network.LinkDown");

            assertThat(ip("link", "set", peer, "up")).isTrue();
            assertThat(ip("link", "set", link, "up")).isTrue();
            assertThat(receive("link " + link + " came up"))
                .contains(" agent - network.LinkUp ", "ref-kind=\"Link\"", "ref-name=\"" + link + '"');

            assertThat(ip("link", "set", link, "down")).isTrue();
            assertThat(receive("link " + link + " went down")).contains(" agent - network.LinkDown ");
        }
    }

    /** The first message with a text in it. */
    private String receive(final String text) throws IOException {
        while (true) {
            final DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
            receiver.receive(packet);
            final String message =
                new String(packet.getData(), packet.getOffset(), packet.getLength(), StandardCharsets.UTF_8);
            if (message.contains(text)) {
                return message;
            }
        }
    }

    private static boolean ip(final String... args) throws InterruptedException {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(args));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (final IOException e) {
            return false;
        }
    }
}
