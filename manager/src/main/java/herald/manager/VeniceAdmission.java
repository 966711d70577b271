package herald.manager;

import herald.admission.FirstMessage;
import herald.admission.KnockCheck;
import herald.admission.StreamAdmission;
import herald.admission.StreamRule;
import herald.link.CounterId;
import herald.seal.SharedKey;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;

/**
 * Which nodes the manager's media driver lets in over UDP: those that knock with the key where there is one, else those
 * whose first message has the form of a Hello.
 */
final class VeniceAdmission {
    private VeniceAdmission() {
    }

    /** What is refused is counted, on the driver's thread, and logged. */
    static StreamAdmission of(final SharedKey key, final CounterId.Sink counters) {
        return new StreamAdmission(counters, new StreamRule(VeniceDescriptor.STREAM_ID, VeniceDescriptor.TERM_LENGTH,
            key == null ? hello() : new KnockCheck(VeniceDescriptor.keyOf(key)), false));
    }

    private static FirstMessage hello() {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        return (buffer, offset, length, sessionId) -> {
            if (length < MessageHeaderDecoder.ENCODED_LENGTH + NodeHelloDecoder.BLOCK_LENGTH) {
                return FirstMessage.Verdict.OTHER;
            }
            header.wrap(buffer, offset);
            return header.schemaId() == MessageHeaderDecoder.SCHEMA_ID &&
                header.templateId() == NodeHelloDecoder.TEMPLATE_ID ?
                FirstMessage.Verdict.GENUINE : FirstMessage.Verdict.OTHER;
        };
    }
}
