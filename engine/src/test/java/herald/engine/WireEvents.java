package herald.engine;

import herald.event.EventDefaults;
import herald.events.AttributePatterns;
import herald.receiver.RecorderState;
import herald.stage.EventSlot;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes events as recorders send them and slots that hold them, for the tests of the stages.
 */
public final class WireEvents {
    /** Defaults that fill in what an event leaves open. */
    public static final EventDefaults DEFAULTS = new EventDefaults("node-1", "acme", "prod", "Node", "node-1");

    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final String[] texts =
        {"cmd", "", "acme", "prod", "cluster.LeaderLost", "Cluster", "t", "net", "Link", "eth0", "/links/eth0", "lost"};
    private SeverityLevel severity = SeverityLevel.WARN;
    private UUID recorderId = new UUID(7, 9);
    private long sequence = 1;
    private long recordTimeNs = 1_000_000_000L;
    private int ignoredAttributes;

    private WireEvents() {
    }

    /**
     * An event with a value in nearly every field.
     *
     * @return changeable.
     */
    public static WireEvents event() {
        return new WireEvents();
    }

    /**
     * Settings of a proxy.
     *
     * @param dedupIntervalNs  of windows.
     * @param batchIntervalNs  of batches.
     * @param dedupKeyLimit    of a generation.
     * @param batchLengthLimit in bytes.
     * @return the settings.
     */
    public static ProxyStart start(
        final long dedupIntervalNs, final long batchIntervalNs, final long dedupKeyLimit, final int batchLengthLimit) {
        return new ProxyStart(11, dedupIntervalNs, batchIntervalNs, dedupKeyLimit, batchLengthLimit, DEFAULTS, false,
            FoldingRules.current(AttributePatterns.NONE));
    }

    /**
     * The same settings under other rules.
     *
     * @param start settings.
     * @param rules by which events are folded and put in order.
     * @return the settings.
     */
    public static ProxyStart under(final ProxyStart start, final FoldingRules rules) {
        return new ProxyStart(start.runId(), start.dedupIntervalNs(), start.batchIntervalNs(), start.dedupKeyLimit(),
            start.batchLengthLimit(), start.defaults(), start.maintenance(), rules);
    }

    /** Sets the message. */
    public WireEvents message(final String value) {
        return text(11, value);
    }

    /** Sets one of the texts, in the order of the wire: 0 is the component, 11 the message. */
    public WireEvents text(final int place, final String value) {
        texts[place] = value;
        return this;
    }

    /** Sets how bad it is. */
    public WireEvents severity(final SeverityLevel value) {
        severity = value;
        return this;
    }

    /** Sets what the recorder gives: its id, the sequence and its time. */
    public WireEvents recorded(final UUID id, final long newSequence, final long timeNs) {
        recorderId = id;
        sequence = newSequence;
        recordTimeNs = timeNs;
        return this;
    }

    /** Adds an attribute. */
    public WireEvents attribute(final String key, final String value) {
        attributes.put(key, value);
        return this;
    }

    /** Says how many of the attributes, the last ones, the type leaves out of what makes two events the same. */
    public WireEvents ignoredAttributes(final int count) {
        ignoredAttributes = count;
        return this;
    }

    /** Encodes the event in a buffer outside the heap, as the arena has it. */
    public UnsafeBuffer encode() {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final EventEncoder event = new EventEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorderId.getMostSignificantBits())
            .recorderIdLow(recorderId.getLeastSignificantBits())
            .sequence(sequence)
            .recordTimeNs(recordTimeNs)
            .severity(severity)
            .ignoredAttributes(ignoredAttributes);
        event.flags().clear().reference(true);
        final EventEncoder.AttributesEncoder group = event.attributesCount(attributes.size());
        attributes.forEach((key, value) -> group.next().key(key).value(value));
        event.component(texts[0]).node(texts[1]).metaTenant(texts[2]).metaNamespace(texts[3]).typeName(texts[4])
            .category(texts[5]).refTenant(texts[6]).refNamespace(texts[7]).refKind(texts[8]).refName(texts[9])
            .refUri(texts[10]).message(texts[11]);
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        direct.putBytes(0, buffer, 0, length);
        return direct;
    }

    /**
     * A slot that holds the event.
     *
     * @param journalTimeNs of it.
     * @param position      of it in the journal; the next record is 16 bytes on.
     * @return a new slot.
     */
    public EventSlot slot(final long journalTimeNs, final long position) {
        return slot(new RecorderState(recorderId, 0), journalTimeNs).journaledAt(position, position + 16);
    }

    /**
     * A slot that holds the event, not journaled yet.
     *
     * @param recorder      whose event it is.
     * @param journalTimeNs of it.
     * @return a new slot.
     */
    public EventSlot slot(final RecorderState recorder, final long journalTimeNs) {
        final EventSlot slot = new EventSlot().reset(EventSlot.Kind.EVENT, journalTimeNs, journalTimeNs)
            .event(recorder, sequence);
        slot.wireEvent().wrap(encode());
        return slot;
    }
}
