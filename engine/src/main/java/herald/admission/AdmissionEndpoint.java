package herald.admission;

import herald.receiver.ReceiverCounter;
import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ImageConnection;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.HeaderFlyweight;
import io.aeron.protocol.RttMeasurementFlyweight;
import io.aeron.protocol.SetupFlyweight;
import org.agrona.BitUtil;
import org.agrona.collections.IntHashSet;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * A receiving socket of the media driver that looks at what comes before Aeron does.
 *
 * <pre>
 *   SETUP            --> one status message back, nothing kept
 *   first message    --> not genuine: one status message back, nothing kept
 *                    --> genuine: kept, SETUP asked for
 *   SETUP after that --> Aeron makes an image that begins with the message
 *   anything else    --> to the image, from the same address only
 * </pre>
 *
 * <p>So who has proved nothing costs no memory and no descriptor, and gets at most one packet of 36 bytes for each that
 * it sent, of 32 bytes or more: what an honest sender needs to be connected and to bring its first message. The media
 * driver's thread.
 */
final class AdmissionEndpoint extends ReceiveChannelEndpoint {
    private static final int MAX_FIRST_LENGTH = 4096;
    private static final int WINDOW_LENGTH = 32 * 1024;
    private static final int MIN_MTU = 256;
    private static final int MAX_MTU = 65_504;

    private final StreamAdmission admission;
    private final CachedNanoClock clock;
    private final IntHashSet subscribed = new IntHashSet();
    private final DataHeaderFlyweight firstHeader = new DataHeaderFlyweight();
    private int images;

    AdmissionEndpoint(
        final UdpChannel udpChannel,
        final DataPacketDispatcher dispatcher,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context,
        final StreamAdmission admission) {
        super(udpChannel, dispatcher, statusIndicator, context);
        this.admission = admission;
        this.clock = context.receiverCachedNanoClock();
    }

    @Override
    public int incRefToStream(final int streamId) {
        subscribed.add(streamId);
        return super.incRefToStream(streamId);
    }

    @Override
    public int decRefToStream(final int streamId) {
        final int count = super.decRefToStream(streamId);
        if (count == 0) {
            subscribed.remove(streamId);
        }
        return count;
    }

    @Override
    public void incRefImages() {
        images++;
        super.incRefImages();
    }

    @Override
    public void onSetupMessage(
        final SetupFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex) {
        admission.tick(clock.nanoTime());
        if (length < SetupFlyweight.HEADER_LENGTH || !subscribed.contains(header.streamId()) || !isSensible(header)) {
            admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
            return;
        }
        final AdmittedStream stream = admission.find(header.streamId(), header.sessionId());
        if (stream == null) {
            answer(srcAddress, header.sessionId(), header.streamId(), header.activeTermId(), header.termOffset());
        } else if (!stream.isFrom(srcAddress) || stream.isExpired()) {
            admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
        } else if (stream.isWaiting()) {
            open(stream, header, buffer, length, srcAddress, transportIndex);
        } else {
            super.onSetupMessage(header, buffer, length, srcAddress, transportIndex);
        }
    }

    private boolean isSensible(final SetupFlyweight setup) {
        final int termLength = setup.termLength();
        final int mtu = setup.mtuLength();
        return termLength >= StreamAdmission.MIN_TERM_LENGTH && BitUtil.isPowerOfTwo(termLength) &&
            termLength <= admission.ruleOf(setup.streamId()).maxTermLength() &&
            mtu >= MIN_MTU && mtu <= MAX_MTU && mtu % FrameDescriptor.FRAME_ALIGNMENT == 0 &&
            mtu <= context.initialWindowLength() && isPlace(setup.termOffset()) && setup.termOffset() <= termLength;
    }

    private static boolean isPlace(final int termOffset) {
        return termOffset >= 0 && termOffset % FrameDescriptor.FRAME_ALIGNMENT == 0;
    }

    private void open(
        final AdmittedStream stream,
        final SetupFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex) {
        if (!admission.hasRoom(header.termLength(), clock.nanoTime())) {
            admission.remove(stream);
            admission.refuse(ReceiverCounter.REMOTE_STREAMS_REFUSED, srcAddress);
            return;
        }
        final UnsafeBuffer first = stream.first();
        stream.placeAtFirst(header);
        final int before = images;
        super.onSetupMessage(header, buffer, length, srcAddress, transportIndex);
        // Right after an earlier image of the same sender Aeron makes none: the next SETUP is another try.
        if (images > before) {
            stream.onImage(header.termLength());
            stream.takes(srcAddress, 0, 0);
            firstHeader.wrap(first);
            super.onDataPacket(firstHeader, first, first.capacity(), srcAddress, transportIndex);
        }
    }

    @Override
    public int onDataPacket(
        final DataHeaderFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex) {
        admission.tick(clock.nanoTime());
        if (length < DataHeaderFlyweight.HEADER_LENGTH || !subscribed.contains(header.streamId())) {
            return admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
        }
        final AdmittedStream stream = admission.find(header.streamId(), header.sessionId());
        if (stream == null || stream.isWaiting()) {
            onBeginning(stream, header, buffer, length, srcAddress, transportIndex);
            return 0;
        }
        if (!isWholeInFrames(buffer, length) ||
            !stream.takes(srcAddress, header.termOffset(), lengthInTerm(header, length))) {
            return admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
        }
        return super.onDataPacket(header, buffer, length, srcAddress, transportIndex);
    }

    /** A frame whose length was changed on its way would lead astray whoever walks from frame to frame in the term. */
    private static boolean isWholeInFrames(final UnsafeBuffer buffer, final int length) {
        int offset = 0;
        while (offset <= length - DataHeaderFlyweight.HEADER_LENGTH) {
            final int frameLength = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
            if (frameLength == 0) {
                return length == DataHeaderFlyweight.HEADER_LENGTH;
            }
            if (FrameDescriptor.isPaddingFrame(buffer, offset)) {
                return frameLength > 0 && offset + DataHeaderFlyweight.HEADER_LENGTH == length;
            }
            if (frameLength < DataHeaderFlyweight.HEADER_LENGTH || frameLength > length - offset) {
                return false;
            }
            offset += BitUtil.align(frameLength, FrameDescriptor.FRAME_ALIGNMENT);
        }
        return offset == length;
    }

    /** Of a padding frame only the header comes. */
    private static int lengthInTerm(final DataHeaderFlyweight header, final int length) {
        return header.headerType() == HeaderFlyweight.HDR_TYPE_PAD ? Math.max(header.frameLength(), length) : length;
    }

    private void onBeginning(
        final AdmittedStream known,
        final DataHeaderFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex) {
        final int frameLength = header.frameLength();
        if (!isPlace(header.termOffset()) || frameLength < 0 || frameLength > StreamAdmission.MAX_TERM_LENGTH) {
            admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
            return;
        }
        AdmittedStream stream = known;
        if (isWhole(header, length)) {
            stream = admission.admit(known, header, buffer, length, srcAddress, clock.nanoTime());
        }
        if (stream != null && stream.isFrom(srcAddress)) {
            sendSetupElicitingStatusMessage(transportIndex, srcAddress, header.sessionId(), header.streamId());
        } else if (stream == null && !DataHeaderFlyweight.isEndOfStream(buffer)) {
            final int consumed = frameLength == 0 ? 0 :
                BitUtil.align(Math.max(frameLength, length), FrameDescriptor.FRAME_ALIGNMENT);
            answer(srcAddress, header.sessionId(), header.streamId(), header.termId(), header.termOffset() + consumed);
        }
    }

    private static boolean isWhole(final DataHeaderFlyweight header, final int length) {
        return header.headerType() == HeaderFlyweight.HDR_TYPE_DATA &&
            header.frameLength() > DataHeaderFlyweight.HEADER_LENGTH && header.frameLength() <= length &&
            length <= MAX_FIRST_LENGTH &&
            (header.flags() & DataHeaderFlyweight.BEGIN_AND_END_FLAGS) == DataHeaderFlyweight.BEGIN_AND_END_FLAGS;
    }

    /** What an image would say that has taken everything: the sender goes on, and nothing is kept of it. */
    private void answer(
        final InetSocketAddress to, final int sessionId, final int streamId, final int termId, final int termOffset) {
        super.sendStatusMessage(new ImageConnection[]{new ImageConnection(clock.nanoTime(), to)},
            sessionId, streamId, termId, termOffset, WINDOW_LENGTH, (short)0);
    }

    @Override
    public void onRttMeasurement(
        final RttMeasurementFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex) {
        if (length >= RttMeasurementFlyweight.HEADER_LENGTH) {
            final AdmittedStream stream = admission.find(header.streamId(), header.sessionId());
            if (stream != null && !stream.isWaiting() && stream.takes(srcAddress, 0, 0)) {
                super.onRttMeasurement(header, buffer, length, srcAddress, transportIndex);
                return;
            }
        }
        admission.refuse(ReceiverCounter.REMOTE_FRAMES_REFUSED, srcAddress);
    }

    private boolean mayAnswer(final int streamId, final int sessionId) {
        final AdmittedStream stream = admission.find(streamId, sessionId);
        return stream != null && stream.mayAnswer();
    }

    @Override
    public void sendStatusMessage(
        final ImageConnection[] controlAddresses,
        final int sessionId,
        final int streamId,
        final int termId,
        final int termOffset,
        final int windowLength,
        final short flags) {
        if (mayAnswer(streamId, sessionId)) {
            super.sendStatusMessage(controlAddresses, sessionId, streamId, termId, termOffset, windowLength, flags);
        }
    }

    @Override
    public void sendNakMessage(
        final ImageConnection[] controlAddresses,
        final int sessionId,
        final int streamId,
        final int termId,
        final int termOffset,
        final int length) {
        if (mayAnswer(streamId, sessionId)) {
            super.sendNakMessage(controlAddresses, sessionId, streamId, termId, termOffset, length);
        }
    }

    @Override
    public void sendRttMeasurement(
        final int transportIndex,
        final InetSocketAddress controlAddress,
        final int sessionId,
        final int streamId,
        final long echoTimestampNs,
        final long receptionDelta,
        final boolean isReply) {
        if (mayAnswer(streamId, sessionId)) {
            super.sendRttMeasurement(
                transportIndex, controlAddress, sessionId, streamId, echoTimestampNs, receptionDelta, isReply);
        }
    }

    /** Nothing of Herald's rejects images; nobody is to be told anything else either. */
    @Override
    public void sendErrorFrame(
        final ImageConnection[] controlAddresses,
        final int sessionId,
        final int streamId,
        final int errorCode,
        final String errorMessage) {
    }
}
