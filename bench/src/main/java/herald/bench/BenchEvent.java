package herald.bench;

import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.events.Severity;
import herald.recorder.ObjectReference;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The event that all benchmarks measure with: 200 bytes as a wire message. Owned by one thread.
 */
public final class BenchEvent {
    /** Length of the wire message in bytes. */
    public static final int LENGTH = 200;
    /** Component that records it. */
    public static final String COMPONENT = "bench";
    /** Type of it. */
    public static final EventType TYPE = ClusterEvents.LEADER_ELECTED;
    /** Severity of it. */
    public static final Severity SEVERITY = Severity.INFO;
    /** What it is about. */
    public static final ObjectReference REFERENCE = ObjectReference.of("Node", "node-3");
    /** Message of it. */
    public static final String MESSAGE = "node-3 was elected by two of three members, term 00000000";
    /** Who records it. */
    public static final UUID RECORDER_ID = new UUID(0x0123_4567_89AB_CDEFL, 0x0FED_CBA9_8765_4321L);

    private static final int DIGITS = 8;
    private static final int DIGIT_BITS = 4;
    private static final int SEQUENCE_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.sequenceEncodingOffset();

    private static final int TIME_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.recordTimeNsEncodingOffset();

    private final UnsafeBuffer wire = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));

    /** An event with number 0. */
    public BenchEvent() {
        final EventEncoder event = new EventEncoder().wrapAndApplyHeader(wire, 0, new MessageHeaderEncoder())
            .recorderIdHigh(RECORDER_ID.getMostSignificantBits())
            .recorderIdLow(RECORDER_ID.getLeastSignificantBits())
            .sequence(0)
            .recordTimeNs(0)
            .severity(SeverityLevel.INFO)
            .ignoredAttributes(0);
        event.flags().clear().suppressedInMaintenance(TYPE.suppressedInMaintenance()).reference(true);
        event.attributesCount(0);
        event.component(COMPONENT).node("").metaTenant(ObjectReference.DEFAULT).metaNamespace(ObjectReference.DEFAULT)
            .typeName(TYPE.qualifiedName()).category(TYPE.category())
            .refTenant(REFERENCE.tenant()).refNamespace(REFERENCE.namespace())
            .refKind(REFERENCE.kind()).refName(REFERENCE.name()).refUri(REFERENCE.uri())
            .message(MESSAGE);
        Check.equal("wire length", LENGTH, MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength());
    }

    /**
     * Makes it the event of a number: events of other numbers are no repeats of it.
     *
     * @param number   from 0, below 2^32.
     * @param sequence of the recorder.
     * @param timeNs   the recorder's wall clock.
     * @return the wire message.
     */
    public UnsafeBuffer set(final long number, final long sequence, final long timeNs) {
        wire.putLong(TIME_OFFSET, timeNs, ByteOrder.LITTLE_ENDIAN);
        wire.putLong(SEQUENCE_OFFSET, sequence, ByteOrder.LITTLE_ENDIAN);
        long rest = number;
        for (int i = LENGTH - 1; i >= LENGTH - DIGITS; i--) {
            wire.putByte(i, (byte)('0' + (rest & ((1 << DIGIT_BITS) - 1))));
            rest >>>= DIGIT_BITS;
        }
        return wire;
    }
}
