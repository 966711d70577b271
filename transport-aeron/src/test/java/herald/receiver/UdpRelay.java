package herald.receiver;

import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Somebody on the network between a recorder and its proxy: passes datagrams on, keeps copies, and changes a bit where
 * told to. The test steps it.
 */
final class UdpRelay implements AutoCloseable {
    static final int FRAME_HEADER_LENGTH = 32;
    private static final int FRAME_TYPE_OFFSET = 6;
    private static final int DATA = 1;

    /** Everything that went to the proxy, in its order. */
    final List<byte[]> captured = new ArrayList<>();
    private final DatagramChannel front;
    private final int port;
    private final DatagramChannel back;
    private final ByteBuffer datagram = ByteBuffer.allocate(64 * 1024);
    private SocketAddress recorder;
    private Predicate<UnsafeBuffer> toFlip;

    UdpRelay(final int proxyPort) {
        try {
            front = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            front.configureBlocking(false);
            port = front.socket().getLocalPort();
            back = DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
            back.configureBlocking(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** Flips a bit in the payload of the next frame of data like this one, once. */
    void flipNext(final Predicate<UnsafeBuffer> frame) {
        toFlip = frame;
    }

    boolean hasFlipped() {
        return toFlip == null;
    }

    void step() {
        try {
            while (receiveFromRecorder()) {
                final byte[] bytes = new byte[datagram.remaining()];
                datagram.get(bytes);
                captured.add(bytes.clone());
                flip(bytes);
                send(bytes);
            }
            datagram.clear();
            while (recorder != null && back.read(datagram) > 0) {
                front.send(datagram.flip(), recorder);
                datagram.clear();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean receiveFromRecorder() throws IOException {
        datagram.clear();
        final SocketAddress from = front.receive(datagram);
        recorder = from == null ? recorder : from;
        datagram.flip();
        return from != null;
    }

    private void flip(final byte[] bytes) {
        final UnsafeBuffer frame = new UnsafeBuffer(bytes);
        if (toFlip != null && isData(bytes) && toFlip.test(frame)) {
            toFlip = null;
            final int last = frame.getInt(0) - 1;
            frame.putByte(last, (byte)(frame.getByte(last) ^ 1));
        }
    }

    static boolean isData(final byte[] bytes) {
        final UnsafeBuffer frame = new UnsafeBuffer(bytes);
        return bytes.length > FRAME_HEADER_LENGTH && frame.getShort(FRAME_TYPE_OFFSET) == DATA && frame.getInt(0) > 0;
    }

    /** Sends what was captured, or made, as if it came from the recorder. */
    void send(final byte[] bytes) {
        try {
            back.write(ByteBuffer.wrap(bytes));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(front, back);
    }
}
