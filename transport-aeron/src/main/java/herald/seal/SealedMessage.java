package herald.seal;

import herald.wire.MessageHeaderDecoder;
import herald.wire.SealedDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A copy of one received sealed message: what was checked is what is read, whatever happens to the buffer that it came
 * in. Reused for each message; owned by one thread.
 */
public final class SealedMessage {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SealedDecoder sealed = new SealedDecoder();
    private final byte[] bytes;
    private final UnsafeBuffer buffer;
    private int length;
    private int payloadLength;

    /**
     * Room for messages.
     *
     * @param maxLength of one; longer ones are refused.
     */
    public SealedMessage(final int maxLength) {
        this.bytes = new byte[maxLength];
        this.buffer = new UnsafeBuffer(bytes);
    }

    /**
     * Copies a message whose header says that it is sealed.
     *
     * @param source        that holds it.
     * @param offset        of its header.
     * @param messageLength in bytes.
     * @return false where it is no sealed message of this version or has no room.
     */
    public boolean read(final DirectBuffer source, final int offset, final int messageLength) {
        if (messageLength < SealDescriptor.OVERHEAD + MessageHeaderDecoder.ENCODED_LENGTH ||
            messageLength > bytes.length) {
            return false;
        }
        source.getBytes(offset, bytes, 0, messageLength);
        header.wrap(buffer, 0);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID ||
            header.templateId() != SealedDecoder.TEMPLATE_ID ||
            !SealDescriptor.hasBlock(header.templateId(), header.blockLength())) {
            return false;
        }
        sealed.wrapAndApplyHeader(buffer, 0, header);
        length = messageLength;
        payloadLength = sealed.payloadLength();
        return payloadLength == messageLength - SealDescriptor.OVERHEAD;
    }

    /**
     * Names the session that it was sealed for.
     *
     * @return as it says.
     */
    public long sessionId() {
        return sealed.sessionId();
    }

    long counter() {
        return sealed.counter();
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /**
     * Holds the message inside.
     *
     * @return valid until the next one is read.
     */
    public DirectBuffer buffer() {
        return buffer;
    }

    /**
     * Where the message inside begins.
     *
     * @return offset of its header.
     */
    public int payloadOffset() {
        return SealDescriptor.PAYLOAD_OFFSET;
    }

    /**
     * How long the message inside is.
     *
     * @return in bytes, at least those of a message header.
     */
    public int payloadLength() {
        return payloadLength;
    }
}
