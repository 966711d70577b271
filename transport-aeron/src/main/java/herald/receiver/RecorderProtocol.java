package herald.receiver;

import herald.link.LinkDescriptor;
import herald.link.MessageLength;
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
    /** Length of the first version's fixed fields, in bytes; later ones are longer. */
    private static final int MIN_HELLO_BLOCK_LENGTH =
        HelloDecoder.protocolVersionEncodingOffset() + HelloDecoder.protocolVersionEncodingLength();
    private static final int HELLO_TEXTS = 1;

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
            header.schemaId() == HelloDecoder.SCHEMA_ID;
        if (!isHello) {
            return !opens;
        }
        if (!isHello(buffer, offset, length)) {
            return false;
        }
        hello.wrapAndApplyHeader(buffer, offset, header);
        return hello.recorderIdHigh() == knocked.getMostSignificantBits() &&
            hello.recorderIdLow() == knocked.getLeastSignificantBits();
    }

    /** Whether what says that it is a Hello is one and nothing more. */
    static boolean isHello(final DirectBuffer buffer, final int offset, final int length) {
        return MessageLength.isExact(buffer, offset, length, MIN_HELLO_BLOCK_LENGTH, HELLO_TEXTS);
    }
}
