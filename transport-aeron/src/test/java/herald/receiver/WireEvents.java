package herald.receiver;

import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.UUID;

/**
 * Wire events as a recorder would encode them.
 */
final class WireEvents {
    private WireEvents() {
    }

    /** An event whose message is last, so that its end can be broken at will. */
    static UnsafeBuffer event(final UUID recorderId, final long sequence, final String message) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512 + 4 * message.length()]);
        final EventEncoder event = new EventEncoder();
        event.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorderId.getMostSignificantBits())
            .recorderIdLow(recorderId.getLeastSignificantBits())
            .sequence(sequence)
            .recordTimeNs(1_000 + sequence)
            .severity(SeverityLevel.WARN);
        event.flags().clear().reference(true);
        event.attributesCount(2)
            .next().key("zone").value("Zürich")
            .next().key("empty").value("");
        event.component("cmd").node("node-1").metaTenant("default").metaNamespace("default")
            .typeName("cluster.LeaderElected").category("cluster")
            .refTenant("").refNamespace("").refKind("Node").refName("n-1").refUri("")
            .message(message);
        return new UnsafeBuffer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength());
    }
}
