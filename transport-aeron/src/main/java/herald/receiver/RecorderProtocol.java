package herald.receiver;

import herald.link.LinkDescriptor;
import herald.seal.SealDescriptor;
import herald.wire.HelloDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.UUID;

/**
 * What recorders on other hosts say inside the seals: what they say over IPC. No recorder says Hello in the session of
 * another. Receiver's thread.
 */
final class RecorderProtocol implements RemoteIngress.Protocol {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HelloDecoder hello = new HelloDecoder();

    @Override
    public int streamId() {
        return LinkDescriptor.EVENT_STREAM_ID;
    }

    @Override
    public int maxLength() {
        return SealDescriptor.MAX_LENGTH;
    }

    @Override
    public boolean isInPlace(
        final DirectBuffer buffer, final int offset, final int length, final UUID knocked, final boolean opens) {
        header.wrap(buffer, offset);
        final boolean isHello = header.templateId() == HelloDecoder.TEMPLATE_ID &&
            header.schemaId() == HelloDecoder.SCHEMA_ID &&
            length >= MessageHeaderDecoder.ENCODED_LENGTH + HelloDecoder.BLOCK_LENGTH;
        if (!isHello) {
            return !opens;
        }
        hello.wrapAndApplyHeader(buffer, offset, header);
        return hello.recorderIdHigh() == knocked.getMostSignificantBits() &&
            hello.recorderIdLow() == knocked.getLeastSignificantBits();
    }
}
