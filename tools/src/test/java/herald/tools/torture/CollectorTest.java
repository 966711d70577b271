package herald.tools.torture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A collector that is set back forgets what came since, and takes nothing more of it.
 */
@Timeout(120)
class CollectorTest {
    private Collector collector;

    @BeforeEach
    void setUp() throws IOException {
        collector = new Collector("test-collector");
    }

    @AfterEach
    void tearDown() {
        collector.close();
    }

    private static Delivery delivery(final int position) {
        return new Delivery(position, 0, new UUID(0, position), 1, 0);
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), collector.port());
    }

    private static void send(final Socket socket, final int position) throws IOException {
        socket.getOutputStream().write((delivery(position).line() + '\n').getBytes(StandardCharsets.US_ASCII));
    }

    private void awaitLast(final int position) {
        await().until(() -> delivery(position).equals(collector.last()));
    }

    private List<List<Delivery>> deliveries() {
        return collector.connections().stream().map(Collector.Connection::deliveries).toList();
    }

    @Test
    void shouldForgetWhatCameSinceAMark() throws IOException {
        final Collector.Mark mark;
        try (Socket first = connect()) {
            send(first, 1);
            awaitLast(1);
            mark = collector.mark();
            send(first, 2);
            awaitLast(2);
        }
        try (Socket second = connect()) {
            send(second, 3);
            awaitLast(3);

            assertThat(collector.rollBack(mark)).extracting(Collector.Connection::deliveries)
                .containsExactly(List.of(delivery(1), delivery(2)), List.of(delivery(3)));
            assertThat(deliveries()).containsExactly(List.of(delivery(1)));
        }
        try (Socket third = connect()) {
            send(third, 2);
            awaitLast(2);
        }
        assertThat(deliveries()).containsExactly(List.of(delivery(1)), List.of(delivery(2)));
    }

    @Test
    void shouldTakeNothingThatWaitedWhileItStalled() throws IOException {
        try (Socket stalled = connect(); Socket waiting = connect()) {
            send(stalled, 1);
            awaitLast(1);
            final Collector.Mark mark = collector.mark();
            collector.stall();
            send(stalled, 2);
            send(waiting, 3);
            collector.rollBack(mark);
            collector.heal();
        }
        try (Socket next = connect()) {
            send(next, 4);
            awaitLast(4);
        }
        assertThat(deliveries()).containsExactly(List.of(delivery(1)), List.of(delivery(4)));
    }
}
