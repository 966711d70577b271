package herald.engine;

import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes wire events field by field.
 */
public final class WireEvents {
    /** Who records them where a test does not care. */
    public static final UUID RECORDER = new UUID(0x1234_5678_9ABC_DEF0L, 0x0FED_CBA9_8765_4321L);
    /** Places of the texts, in the order of the schema. */
    public static final int COMPONENT = 0;
    /** Node. */
    public static final int NODE = 1;
    /** Qualified type. */
    public static final int TYPE = 4;
    /** Name of the object. */
    public static final int REF_NAME = 9;
    /** Message. */
    public static final int MESSAGE = 11;

    private static final int MAX_LENGTH = 128 * 1024;

    private final String[] texts =
        {"cmd", "", "default", "default", "cluster.LeaderLost", "Cluster", "", "", "Node", "n", "", ""};
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private UUID recorder = RECORDER;
    private long sequence = 1;
    private long recordTimeNs = TestClock.START_NS;
    private SeverityLevel severity = SeverityLevel.INFO;

    /**
     * An event with a message.
     *
     * @param message of it.
     * @return its maker.
     */
    public static WireEvents event(final String message) {
        return new WireEvents().text(MESSAGE, message);
    }

    /** Sets one of the texts. */
    public WireEvents text(final int place, final String value) {
        texts[place] = value;
        return this;
    }

    /** Adds an attribute. */
    public WireEvents attribute(final String key, final String value) {
        attributes.put(key, value);
        return this;
    }

    /** Sets who recorded it and under which sequence. */
    public WireEvents by(final UUID id, final long eventSequence) {
        recorder = id;
        sequence = eventSequence;
        return this;
    }

    /** Sets the recorder's clock. */
    public WireEvents at(final long timeNs) {
        recordTimeNs = timeNs;
        return this;
    }

    /** Sets how bad it is. */
    public WireEvents severity(final SeverityLevel level) {
        severity = level;
        return this;
    }

    /**
     * Encodes it.
     *
     * @return the wire message, header included, in a direct buffer.
     */
    public UnsafeBuffer encode() {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(MAX_LENGTH));
        final EventEncoder event = new EventEncoder();
        event.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorder.getMostSignificantBits())
            .recorderIdLow(recorder.getLeastSignificantBits())
            .sequence(sequence)
            .recordTimeNs(recordTimeNs)
            .severity(severity);
        event.flags().clear().reference(true);
        final EventEncoder.AttributesEncoder group = event.attributesCount(attributes.size());
        attributes.forEach((key, value) -> group.next().key(key).value(value));
        event.component(texts[0]).node(texts[1]).metaTenant(texts[2]).metaNamespace(texts[3]).typeName(texts[4])
            .category(texts[5]).refTenant(texts[6]).refNamespace(texts[7]).refKind(texts[8]).refName(texts[9])
            .refUri(texts[10]).message(texts[11]);
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
        return new UnsafeBuffer(buffer, 0, length);
    }
}
