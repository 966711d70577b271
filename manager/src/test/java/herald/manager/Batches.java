package herald.manager;

import herald.disk.BatchEncoder;
import herald.dispatch.EventBatch;
import herald.events.Severity;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Makes batches of one event, as a node sends them, with any texts and times.
 */
final class Batches {
    private Batches() {
    }

    /**
     * A state of an event.
     *
     * @param id        of it.
     * @param count     of its occurrences.
     * @param seenNs    journal time of the last one.
     * @param recordNs  the recorder's clock at the last one.
     */
    record State(UUID id, long count, long seenNs, long recordNs) {
    }

    static UnsafeBuffer of(final State state) {
        return of(state, text -> text);
    }

    /** With each text as it is made of its name. */
    static UnsafeBuffer of(final State state, final UnaryOperator<String> texts) {
        final UnsafeBuffer event = new UnsafeBuffer(ByteBuffer.allocateDirect(1024 * 1024));
        final int eventLength = encode(event, state, texts);
        return batch(state, event, eventLength);
    }

    /** An event that nobody can read: its lengths point behind its end. */
    static UnsafeBuffer unreadable(final State state) {
        final UnsafeBuffer event = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
        final int length = encode(event, state, text -> text);
        event.setMemory(MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.BLOCK_LENGTH, 64, (byte)0x7F);
        return batch(state, event, length);
    }

    private static UnsafeBuffer batch(final State state, final UnsafeBuffer event, final int length) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * 1024 * 1024));
        final BatchEncoder batch = new BatchEncoder().wrapAndApplyHeader(
            buffer, 0, new herald.disk.MessageHeaderEncoder()).fromTimeNs(state.seenNs()).toTimeNs(state.seenNs())
            .resumePosition(0).overfull(0);
        final BatchEncoder.EventsEncoder entry = batch.eventsCount(1).next()
            .eventIdHigh(state.id().getMostSignificantBits()).eventIdLow(state.id().getLeastSignificantBits())
            .firstSeenNs(state.seenNs()).lastSeenNs(state.seenNs())
            .firstRecordTimeNs(state.recordNs()).lastRecordTimeNs(state.recordNs())
            .position(0).occurrences(state.count());
        entry.flags().clear();
        entry.putWireEvent(event, 0, length);
        batch.node("node-1").refTenant("").refNamespace("").refKind("Node").refName("node-1");
        return new UnsafeBuffer(buffer, 0, herald.disk.MessageHeaderEncoder.ENCODED_LENGTH + batch.encodedLength());
    }

    /** A batch as the manager reads it. */
    static EventBatch read(final UnsafeBuffer bytes) {
        return new EventBatch().wrap(0, 0, bytes, 0);
    }

    private static int encode(final UnsafeBuffer buffer, final State state, final UnaryOperator<String> texts) {
        final EventEncoder event = new EventEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(1).recorderIdLow(2).sequence(1).recordTimeNs(state.recordNs())
            .severity(SeverityLevel.get((byte)Severity.INFO.code()));
        event.flags().clear().reference(true);
        event.attributesCount(1).next().key(texts.apply("key")).value(texts.apply("value"));
        event.component(texts.apply("component")).node(texts.apply("node")).metaTenant(texts.apply("tenant"))
            .metaNamespace("default").typeName(texts.apply("type")).category("Test").refTenant("").refNamespace("")
            .refKind(texts.apply("kind")).refName(texts.apply("name")).refUri("").message(texts.apply("message"));
        return MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
    }
}
