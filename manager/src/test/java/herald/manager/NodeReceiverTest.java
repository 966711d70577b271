package herald.manager;

import com.fasterxml.jackson.databind.ObjectMapper;
import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A manager without a key, and what comes to it on more than one channel, and from who asks for more than a node does.
 */
@Timeout(120)
class NodeReceiverTest {
    /** Aeron's, of both images. */
    private static final String SESSION = "session-id=4711";
    /** Longer than a frame: the message comes in fragments. */
    private static final int TEXT_LENGTH = 20_000;

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private String aeronDir;
    private String udp;
    private EventsManager manager;

    @BeforeEach
    void setUp() throws IOException {
        final int port;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        aeronDir = dir.resolve("aeron").toString();
        udp = "aeron:udp?endpoint=127.0.0.1:" + port + "|term-length=1m|" + SESSION;
        manager = EventsManager.launch(new EventsManager.Context().dataDir(dir.resolve("manager"))
            .listen(new Endpoint("127.0.0.1", port)).http(new Endpoint("127.0.0.1", 0)).aeronDirectoryName(aeronDir)
            .commitIntervalNs(TimeUnit.MILLISECONDS.toNanos(50)));
    }

    @AfterEach
    void tearDown() {
        manager.close();
    }

    private int stat(final String name) {
        try {
            return new ObjectMapper().readTree(http.send(HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + manager.httpPort() + "/stats")).build(), BodyHandlers.ofString())
                .body()).get(name).asInt();
        } catch (final IOException e) {
            throw new AssertionError(name, e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(name, e);
        }
    }

    private static UnsafeBuffer batch(final int node, final int event) {
        return Batches.of(new Batches.State(new UUID(node, event), 1, 1, 1),
            text -> "value".equals(text) ? "v".repeat(TEXT_LENGTH) : text);
    }

    @Test
    void shouldTellOneSessionIdOnTwoChannelsApart() {
        try (RawNode local = new RawNode(aeronDir, LinkDescriptor.IPC_CHANNEL + '?' + SESSION,
            LinkDescriptor.IPC_CHANNEL, 1)) {
            try (RawNode remote = new RawNode(aeronDir, udp, LinkDescriptor.IPC_CHANNEL, 2)) {
                for (int event = 1; event <= 10; event++) {
                    local.send(batch(1, event));
                    remote.send(batch(2, event));
                }
                local.awaitAcknowledged(10);
                remote.awaitAcknowledged(10);
                assertThat(stat("nodes")).isEqualTo(2);
            }
            await().until(() -> stat("nodes") == 1);
            local.send(batch(1, 11));
            local.awaitAcknowledged(11);
        }
        assertThat(stat("stored")).isEqualTo(21);
        assertThat(stat("refused")).isZero();
    }

    @Test
    void shouldTellTwoNodesThatSendUnderOneName() {
        try (RawNode first = new RawNode(aeronDir, LinkDescriptor.IPC_CHANNEL, LinkDescriptor.IPC_CHANNEL, 1);
            RawNode second = new RawNode(aeronDir, udp, LinkDescriptor.IPC_CHANNEL, 2)) {
            first.send(batch(1, 1));
            first.awaitAcknowledged(1);
            second.send(batch(2, 1));
            second.awaitAcknowledged(1);
            // One that takes another's place is none of two.
            assertThat(stat("shared-names")).isZero();

            for (int event = 2; event <= 4; event++) {
                first.send(batch(1, event));
                first.awaitAcknowledged(event);
                second.send(batch(2, event));
                second.awaitAcknowledged(event);
            }
            assertThat(stat("shared-names")).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepOneWayBackForEachStream() {
        try (RawNode node = new RawNode(aeronDir)) {
            for (int session = 1_000; session < 1_010; session++) {
                node.hello(session, LinkDescriptor.IPC_CHANNEL);
            }
            await().until(() -> stat("refused") == 10);
            assertThat(stat("nodes")).isEqualTo(1);
            node.send(batch(1, 1));
            node.awaitAcknowledged(1);
        }
    }

    @Test
    void shouldAskNobodyForTheAddressOfAReplyChannel() {
        try (RawNode node = new RawNode(aeronDir, udp, "aeron:udp?endpoint=some-host:9", 1)) {
            node.hello(2, "aeron:udp?endpoint=999.1.1.1:9");
            node.hello(3, "aeron:udp?endpoint=0.0.0.0:9");
            node.hello(4, "aeron:udp?endpoint=127.0.0.1:9|mtu=64k");
            node.hello(5, "aeron:udp?endpoint=224.0.0.1:9|term-length=65536");
            node.hello(6, "aeron:spy?endpoint=127.0.0.1:9");
            await().until(() -> stat("refused") == 6);
            assertThat(stat("nodes")).isZero();
        }
    }
}
