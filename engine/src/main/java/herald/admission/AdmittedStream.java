package herald.admission;

import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * A stream from another host that began as it has to. First it waits for the SETUP frame with the message kept,
 * then Aeron has an image of it. It is bound to the address that it came from. The media driver's thread.
 */
final class AdmittedStream {
    /** Packets that may be sent for each that came: fewer than twice the bytes, since those sent are short. */
    private static final int PACKETS_PER_PACKET = 2;
    private static final int MAX_CREDIT = 512;

    private final StreamRule rule;
    private final int sessionId;
    private final long admittedNs;
    private InetSocketAddress source;
    private UnsafeBuffer first;
    private int termLength;
    private int credit;
    private boolean proven;
    private boolean expired;
    private boolean seen;

    AdmittedStream(final StreamRule rule, final int sessionId, final long nowNs) {
        this.rule = rule;
        this.sessionId = sessionId;
        this.admittedNs = nowNs;
    }

    StreamRule rule() {
        return rule;
    }

    long key() {
        return StreamAdmission.key(rule.streamId(), sessionId);
    }

    /** Keeps the frame with which it begins, the newest of several. */
    void beginWith(final UnsafeBuffer frame, final int length, final InetSocketAddress from) {
        source = from;
        first = new UnsafeBuffer(new byte[length]);
        first.putBytes(0, frame, 0, length);
    }

    UnsafeBuffer first() {
        return first;
    }

    boolean isFrom(final InetSocketAddress address) {
        return source.equals(address);
    }

    boolean isWaiting() {
        return termLength == 0;
    }

    long ageNs(final long nowNs) {
        return nowNs - admittedNs;
    }

    /** The image is to begin at the frame that was kept, wherever the sender is now. */
    void placeAtFirst(final SetupFlyweight setup) {
        setup.activeTermId(first.getInt(DataHeaderFlyweight.TERM_ID_FIELD_OFFSET, ByteOrder.LITTLE_ENDIAN));
        setup.termOffset(first.getInt(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, ByteOrder.LITTLE_ENDIAN));
    }

    void onImage(final int length) {
        termLength = length;
        first = null;
        seen = true;
    }

    /** Bytes of shared memory that its image takes. */
    long length() {
        return StreamAdmission.imageLength(termLength);
    }

    /** Whether a packet is this sender's, and within its terms. */
    boolean takes(final InetSocketAddress address, final int termOffset, final int length) {
        if (expired || termOffset < 0 || termOffset > termLength - length || !source.equals(address)) {
            return false;
        }
        credit = Math.min(credit + PACKETS_PER_PACKET, MAX_CREDIT);
        return true;
    }

    boolean mayAnswer() {
        if (expired || credit == 0) {
            return false;
        }
        credit--;
        return true;
    }

    boolean isProven() {
        return proven;
    }

    void prove() {
        proven = true;
    }

    /** Nothing of it is let through any more: Aeron drops the image. */
    void expire() {
        expired = true;
    }

    boolean isExpired() {
        return expired;
    }

    /** Takes note that Aeron still has its image. */
    void see() {
        seen = true;
    }

    /** Whether Aeron had its image since this was asked before. */
    boolean wasSeen() {
        final boolean was = seen;
        seen = false;
        return was;
    }
}
