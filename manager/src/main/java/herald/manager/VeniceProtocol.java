package herald.manager;

import herald.link.MessageLength;
import herald.receiver.RemoteIngress;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeEventsDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;
import org.agrona.DirectBuffer;

import java.util.UUID;

/**
 * What nodes say inside the seals: what they say without. A node knocks under the id of the session that its Hello
 * begins. Receiver's thread.
 */
final class VeniceProtocol implements RemoteIngress.Protocol {
    // Lengths of the first version's fixed fields, in bytes; later ones are longer.
    private static final int MIN_HELLO_BLOCK_LENGTH =
        NodeHelloDecoder.replyStreamIdEncodingOffset() + NodeHelloDecoder.replyStreamIdEncodingLength();
    private static final int MIN_EVENTS_BLOCK_LENGTH =
        NodeEventsDecoder.sequenceEncodingOffset() + NodeEventsDecoder.sequenceEncodingLength();
    private static final int HELLO_TEXTS = 2;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final NodeHelloDecoder hello = new NodeHelloDecoder();

    @Override
    public int streamId() {
        return VeniceDescriptor.STREAM_ID;
    }

    @Override
    public int maxLength() {
        return VeniceDescriptor.MAX_MESSAGE_LENGTH;
    }

    @Override
    public boolean isInPlace(
        final DirectBuffer buffer, final int offset, final int length, final UUID knocked, final boolean opens) {
        header.wrap(buffer, offset);
        final boolean isHello = header.schemaId() == MessageHeaderDecoder.SCHEMA_ID &&
            header.templateId() == NodeHelloDecoder.TEMPLATE_ID;
        if (!isHello) {
            return !opens;
        }
        if (!isHello(header, buffer, offset, length)) {
            return false;
        }
        hello.wrapAndApplyHeader(buffer, offset, header);
        return hello.sessionId() == knocked.getMostSignificantBits();
    }

    /** Whether a message of this schema is a Hello and nothing more. */
    static boolean isHello(
        final MessageHeaderDecoder header, final DirectBuffer buffer, final int offset, final int length) {
        return header.templateId() == NodeHelloDecoder.TEMPLATE_ID &&
            MessageLength.isExact(buffer, offset, length, MIN_HELLO_BLOCK_LENGTH, HELLO_TEXTS);
    }

    /** Whether a message of this schema has events and nothing more. */
    static boolean isEvents(
        final MessageHeaderDecoder header, final DirectBuffer buffer, final int offset, final int length) {
        return header.templateId() == NodeEventsDecoder.TEMPLATE_ID &&
            MessageLength.isExactWithData(buffer, offset, length, MIN_EVENTS_BLOCK_LENGTH);
    }
}
