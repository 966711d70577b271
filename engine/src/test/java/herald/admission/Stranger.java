package herald.admission;

import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.HeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Somebody on the network who speaks Aeron's protocol from a bare socket, without a key, and counts what comes back.
 */
public final class Stranger implements AutoCloseable {
    /** Of a SETUP frame, in bytes. */
    public static final int SETUP_LENGTH = SetupFlyweight.HEADER_LENGTH;
    private static final int MTU = 1408;
    private static final int INITIAL_TERM_ID = 7;

    private final DatagramChannel channel;
    private final ByteBuffer incoming = ByteBuffer.allocate(64 * 1024);
    private long sentPackets;
    private long sentBytes;
    private long receivedPackets;
    private long receivedBytes;

    /** Sends to a port of this host. */
    public Stranger(final int port) {
        try {
            channel = DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A SETUP frame as an honest sender makes it, but for its stream and the length of its terms. */
    public void setup(final int streamId, final int sessionId, final int termLength) {
        setup(streamId, sessionId, termLength, MTU);
    }

    public void setup(final int streamId, final int sessionId, final int termLength, final int mtu) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(SETUP_LENGTH);
        final SetupFlyweight setup = new SetupFlyweight(new UnsafeBuffer(buffer));
        setup.version(HeaderFlyweight.CURRENT_VERSION).flags((short)0).headerType(HeaderFlyweight.HDR_TYPE_SETUP)
            .frameLength(SETUP_LENGTH);
        setup.streamId(streamId).sessionId(sessionId).initialTermId(INITIAL_TERM_ID).activeTermId(INITIAL_TERM_ID)
            .termOffset(0).termLength(termLength).mtuLength(mtu).ttl(0);
        send(buffer);
    }

    /** A frame with this payload, or of this length without one: padding, where its length says more than it has. */
    public void frame(
        final int type, final int streamId, final int sessionId, final int termOffset, final int frameLength,
        final byte[] payload) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(DataHeaderFlyweight.HEADER_LENGTH + payload.length);
        final DataHeaderFlyweight header = new DataHeaderFlyweight(new UnsafeBuffer(buffer));
        header.version(HeaderFlyweight.CURRENT_VERSION).flags(DataHeaderFlyweight.BEGIN_AND_END_FLAGS)
            .headerType(type).frameLength(frameLength);
        header.streamId(streamId).sessionId(sessionId).termId(INITIAL_TERM_ID).termOffset(termOffset).reservedValue(0);
        buffer.put(DataHeaderFlyweight.HEADER_LENGTH, payload);
        send(buffer);
    }

    public void data(final int streamId, final int sessionId, final int termOffset, final byte[] payload) {
        frame(HeaderFlyweight.HDR_TYPE_DATA, streamId, sessionId, termOffset,
            DataHeaderFlyweight.HEADER_LENGTH + payload.length, payload);
    }

    public void send(final byte[] datagram) {
        send(ByteBuffer.wrap(datagram));
    }

    /** Where the system has no room for more at the moment, it is tried again. */
    private void send(final ByteBuffer datagram) {
        try {
            final int length = datagram.remaining();
            while (channel.write(datagram) == 0) {
                receive();
            }
            sentPackets++;
            sentBytes += length;
        } catch (final PortUnreachableException e) {
            // Nobody listens there any more: the test finds out by itself.
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        receive();
    }

    /** Takes what has come back so far. */
    public void receive() {
        try {
            incoming.clear();
            for (int length = channel.read(incoming); length > 0; length = channel.read(incoming)) {
                receivedPackets++;
                receivedBytes += length;
                incoming.clear();
            }
        } catch (final PortUnreachableException e) {
            // As above.
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long sentPackets() {
        return sentPackets;
    }

    public long sentBytes() {
        return sentBytes;
    }

    public long receivedPackets() {
        return receivedPackets;
    }

    public long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public void close() {
        CloseHelper.close(channel);
    }
}
