package herald.manager;

import herald.receiver.RemoteIngress;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;
import org.agrona.DirectBuffer;

import java.util.UUID;

/**
 * What nodes say inside the seals: what they say without. A node knocks under the id of the session that its Hello
 * begins. Receiver's thread.
 */
final class VeniceProtocol implements RemoteIngress.Protocol {
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
            header.templateId() == NodeHelloDecoder.TEMPLATE_ID &&
            length >= MessageHeaderDecoder.ENCODED_LENGTH + NodeHelloDecoder.BLOCK_LENGTH;
        if (!isHello) {
            return !opens;
        }
        hello.wrapAndApplyHeader(buffer, offset, header);
        return hello.sessionId() == knocked.getMostSignificantBits();
    }
}
