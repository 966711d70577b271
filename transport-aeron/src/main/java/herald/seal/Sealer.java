package herald.seal;

import herald.wire.MessageHeaderEncoder;
import herald.wire.SealedEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Seals one direction of a session: each message gets the next counter and its tag. Owned by one thread; allocates what
 * {@link MessageMac} does.
 */
public final class Sealer {
    private static final int INITIAL_LENGTH = 512;

    private final long sessionId;
    private final MessageMac mac;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final SealedEncoder sealed = new SealedEncoder();
    private byte[] bytes = new byte[INITIAL_LENGTH];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private long counter;

    Sealer(final long sessionId, final byte[] key) {
        this.sessionId = sessionId;
        this.mac = new MessageMac(key);
    }

    /**
     * Seals a message into {@link #buffer()}. A counter that was given is not given again, sent or not.
     *
     * @param payload that holds the message.
     * @param offset  of its header.
     * @param length  in bytes.
     * @return length of the sealed message.
     */
    public int seal(final DirectBuffer payload, final int offset, final int length) {
        final int sealedLength = SealDescriptor.OVERHEAD + length;
        if (sealedLength > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(sealedLength, 2 * bytes.length));
            buffer.wrap(bytes);
        }
        counter++;
        sealed.wrapAndApplyHeader(buffer, 0, header)
            .sessionId(sessionId)
            .counter(counter)
            .putPayload(payload, offset, length);
        mac.sign(bytes, sealedLength);
        return sealedLength;
    }

    /**
     * Holds the message that was sealed last, at its start.
     *
     * @return valid until the next one.
     */
    public DirectBuffer buffer() {
        return buffer;
    }
}
