package herald.tools.torture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A syslog receiver that vanishes, refuses and half closes, seen by who is connected to it. */
@Timeout(120)
class SyslogCollectorTest {
    private static final int TIMEOUT_MS = 500;
    private static final int PATIENCE_MS = 60_000;

    private SyslogCollector collector;
    private InetSocketAddress address;

    @BeforeEach
    void setUp() throws Exception {
        Assumptions.assumeTrue(VanishingAddress.isAllowed(), "may not make an address");
        collector = new SyslogCollector(VanishingAddress.open());
        final URI target = URI.create(collector.target());
        address = new InetSocketAddress(target.getHost(), target.getPort());
    }

    @AfterEach
    void tearDown() {
        if (collector != null) {
            collector.close();
        }
    }

    private Socket connect() throws IOException {
        final Socket socket = new Socket();
        socket.connect(address, PATIENCE_MS);
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static void send(final Socket socket, final int number) throws IOException {
        final byte[] message = ("<12>1 2026-11-24T13:25:55.123456Z node-1 cmd - t [herald@32473 id=\"" +
            new UUID(0x8000, number) + "\" count=\"1\"] \uFEFFm").getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(message);
    }

    private void awaitLast(final int number) {
        await().until(() -> collector.last() != null && collector.last().id().equals(new UUID(0x8000, number)));
    }

    private List<Integer> sizes() {
        return collector.connections().stream().map(List::size).toList();
    }

    @Test
    void shouldLosePacketsUntilItComesBack() throws Exception {
        try (Socket socket = connect()) {
            send(socket, 1);
            awaitLast(1);
            collector.vanish();
            send(socket, 2);
            assertThatThrownBy(() -> new Socket().connect(address, TIMEOUT_MS))
                .isInstanceOf(SocketTimeoutException.class);
            assertThat(sizes()).containsExactly(1);
            collector.heal();
            awaitLast(2);
        }
        assertThat(collector.trouble()).isNull();
    }

    @Test
    void shouldResetAndRefuse() throws Exception {
        try (Socket socket = connect()) {
            send(socket, 1);
            awaitLast(1);
            collector.refuse();
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
        collector.heal();
        try (Socket socket = connect()) {
            send(socket, 2);
            awaitLast(2);
        }
        assertThat(sizes()).containsExactly(1, 1);
    }

    @Test
    void shouldEndWhatItSendsOverEachConnectionAndReadOn() throws Exception {
        try (Socket first = connect()) {
            send(first, 1);
            awaitLast(1);
            collector.halfClose(SyslogCollector.ENDS_SENDING, 0);
            try (Socket second = connect()) {
                assertThat(first.getInputStream().read()).isNegative();
                assertThat(second.getInputStream().read()).isNegative();
                send(first, 2);
                awaitLast(2);
                send(second, 3);
                awaitLast(3);
            }
        }
    }

    @Test
    void shouldReadNoMoreFromAConnectionAndResetIt() throws Exception {
        try (Socket socket = connect()) {
            send(socket, 1);
            awaitLast(1);
            collector.halfClose(SyslogCollector.ENDS_RECEIVING, TIMEOUT_MS);
            assertThatThrownBy(() -> {
                send(socket, 2);
                socket.getInputStream().read();
            }).isInstanceOf(SocketException.class);
            try (Socket next = connect()) {
                send(next, 3);
                awaitLast(3);
            }
        }
        assertThat(sizes()).containsExactly(1, 1);
    }
}
