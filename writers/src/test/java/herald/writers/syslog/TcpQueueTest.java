package herald.writers.syslog;

import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What Linux says of connections in both families, to a receiver that does not read. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class TcpQueueTest {
    private static final int MOST = 64 * 1024 * 1024;

    @ParameterizedTest
    @CsvSource({"INET, 127.0.0.1", "INET6, 127.0.0.1", "INET6, ::1"})
    void shouldSayWhatTheOtherHostHasNotAcknowledged(final StandardProtocolFamily family, final String address)
        throws IOException {
        final InetSocketAddress end = new InetSocketAddress(InetAddress.getByName(address), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(end);
            SocketChannel channel = SocketChannel.open((ProtocolFamily)family)) {
            channel.connect(server.getLocalAddress());
            final TcpQueue queue = queueOf(channel);
            assertThat(queue.unacknowledged()).isZero();

            channel.write(ByteBuffer.allocate(1_000));
            await().until(() -> queue.unacknowledged() == 0);

            channel.configureBlocking(false);
            final ByteBuffer more = ByteBuffer.allocate(MOST);
            await().until(() -> channel.write(more) == 0);
            assertThat(queue.unacknowledged()).isBetween(1L, (long)more.position());

            CloseHelper.close(channel);
            server.accept().close();
            await().until(() -> queue.unacknowledged() == TcpQueue.GONE);
        }
    }

    @Test
    void shouldTellConnectionsFromEachOther() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel full = SocketChannel.open(server.getLocalAddress());
            SocketChannel other = SocketChannel.open(server.getLocalAddress())) {
            full.configureBlocking(false);
            final ByteBuffer bytes = ByteBuffer.allocate(MOST);
            await().until(() -> full.write(bytes) == 0);

            assertThat(queueOf(full).unacknowledged()).isPositive();
            assertThat(queueOf(other).unacknowledged()).isZero();
        }
    }

    private static TcpQueue queueOf(final SocketChannel channel) throws IOException {
        return new TcpQueue(
            (InetSocketAddress)channel.getLocalAddress(), (InetSocketAddress)channel.getRemoteAddress());
    }
}
