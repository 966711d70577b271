package herald.admission;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.protocol.DataHeaderFlyweight;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way back from a proxy to a recorder's media driver, on which some datagrams are changed and others come twice.
 */
public final class DisturbedReplies implements ReceiveChannelEndpointSupplier {
    private static final int PERCENT = 100;

    private final Random random = new Random(4712);
    private final int changedPercent;
    private final int replayedPercent;
    private final AtomicLong disturbed = new AtomicLong();

    public DisturbedReplies(final int changedPercent, final int replayedPercent) {
        this.changedPercent = changedPercent;
        this.replayedPercent = replayedPercent;
    }

    /** Datagrams that were changed, or came twice. */
    public long disturbed() {
        return disturbed.get();
    }

    @Override
    public ReceiveChannelEndpoint newInstance(
        final UdpChannel udpChannel,
        final DataPacketDispatcher dispatcher,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context) {
        return new Endpoint(udpChannel, dispatcher, statusIndicator, context);
    }

    /** On the driver's thread. */
    private final class Endpoint extends ReceiveChannelEndpoint {
        Endpoint(
            final UdpChannel udpChannel,
            final DataPacketDispatcher dispatcher,
            final AtomicCounter statusIndicator,
            final MediaDriver.Context context) {
            super(udpChannel, dispatcher, statusIndicator, context);
        }

        @Override
        public int onDataPacket(
            final DataHeaderFlyweight header,
            final UnsafeBuffer buffer,
            final int length,
            final InetSocketAddress srcAddress,
            final int transportIndex) {
            if (length > DataHeaderFlyweight.HEADER_LENGTH && random.nextInt(PERCENT) < changedPercent) {
                final int at = DataHeaderFlyweight.HEADER_LENGTH +
                    random.nextInt(length - DataHeaderFlyweight.HEADER_LENGTH);
                buffer.putByte(at, (byte)(buffer.getByte(at) ^ 1 << random.nextInt(Byte.SIZE)));
                disturbed.incrementAndGet();
            }
            if (random.nextInt(PERCENT) < replayedPercent) {
                super.onDataPacket(header, buffer, length, srcAddress, transportIndex);
                disturbed.incrementAndGet();
            }
            return super.onDataPacket(header, buffer, length, srcAddress, transportIndex);
        }
    }
}
